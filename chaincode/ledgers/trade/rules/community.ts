/** The community stage: what is left after the agreements, at one price (P2P-03). */
import { clearBook } from './clear-book.js';
import type { IntervalInput } from './interval.js';
import type { OrderColumns } from './uniform-price.js';
import { zeros } from './zeros.js';

export interface CommunityResult {
  readonly boughtWh: number[];
  readonly soldWh: number[];
  readonly priceMicrosPerMWh: number | null;
  readonly unmatchedByCapWh: number;
}

interface Side extends OrderColumns {
  /** Member of each order. */
  readonly member: readonly number[];
}

/** Trades what members have left to sell and to buy. */
export function clearCommunity(
  input: IntervalInput,
  exportLeft: readonly number[],
  importLeft: readonly number[],
): CommunityResult {
  const { members } = input;
  const sells = sideOf(exportLeft, members.minSellMicrosPerMWh);
  const buys = sideOf(importLeft, members.maxBuyMicrosPerMWh);
  const cleared = clearBook(sells, buys, {
    k: { numerator: input.kNumerator, denominator: input.kDenominator },
    capMicrosPerMWh: input.capMicrosPerMWh,
    startMs: input.start,
    sellAccount: (order) => members.account[sells.member[order]],
    buyAccount: (order) => members.account[buys.member[order]],
  });
  return {
    soldWh: byMember(members.account.length, sells, cleared.soldWh),
    boughtWh: byMember(members.account.length, buys, cleared.boughtWh),
    priceMicrosPerMWh: cleared.priceMicrosPerMWh,
    unmatchedByCapWh: cleared.unmatchedByCapWh,
  };
}

/** Orders of the members that have something left and a price for it. */
function sideOf(left: readonly number[], prices: readonly (number | null)[]): Side {
  const member: number[] = [];
  for (let i = 0; i < left.length; i++) if (left[i] > 0 && prices[i] !== null) member.push(i);
  const price = new Float64Array(member.length);
  const quantityWh = new Float64Array(member.length);
  for (let order = 0; order < member.length; order++) {
    price[order] = prices[member[order]] as number;
    quantityWh[order] = left[member[order]];
  }
  return { member, price, quantityWh };
}

function byMember(members: number, { member }: Side, quantityWh: Float64Array): number[] {
  const found = zeros(members);
  for (let order = 0; order < member.length; order++) found[member[order]] = quantityWh[order];
  return found;
}
