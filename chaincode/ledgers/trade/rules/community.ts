/** The community stage: what is left after the agreements, at one price (P2P-03). */
import type { IntervalInput } from './interval.js';
import { splitProRata } from './largest-remainder.js';
import { uniformPrice, type OrderColumns } from './uniform-price.js';

export interface CommunityResult {
  readonly boughtWh: number[];
  readonly soldWh: number[];
  readonly priceMicrosPerMWh: number | null;
  readonly unmatchedByCapWh: number;
}

interface Side {
  readonly member: number[];
  readonly price: number[];
  readonly quantityWh: number[];
}

/** Trades what members have left to sell and to buy. */
export function clearCommunity(
  input: IntervalInput,
  exportLeft: readonly number[],
  importLeft: readonly number[],
): CommunityResult {
  const { members, capMicrosPerMWh: cap } = input;
  const sells = side(exportLeft, members.minSellMicrosPerMWh);
  const buys = side(importLeft, members.maxBuyMicrosPerMWh);
  const boughtWh = members.account.map(() => 0);
  const soldWh = members.account.map(() => 0);
  const k = { numerator: input.kNumerator, denominator: input.kDenominator };
  const free = uniformPrice(columns(sells), columns(buys), k);
  if (free.priceMicrosPerMWh === null)
    return { boughtWh, soldWh, priceMicrosPerMWh: null, unmatchedByCapWh: 0 };

  let { quantityWh } = free;
  let price = free.priceMicrosPerMWh;
  if (cap !== null && price > cap) {
    // Sellers that ask for more than the cap stay out; every buyer that matched offers at least the price.
    price = cap;
    quantityWh = Math.min(
      quantityWh,
      total(sells, (ask) => ask <= cap),
    );
  }
  if (quantityWh === 0) {
    return { boughtWh, soldWh, priceMicrosPerMWh: null, unmatchedByCapWh: free.quantityWh };
  }
  allot(input, sells, quantityWh, 1, soldWh);
  allot(input, buys, quantityWh, -1, boughtWh);
  return { boughtWh, soldWh, priceMicrosPerMWh: price, unmatchedByCapWh: free.quantityWh - quantityWh };
}

function side(left: readonly number[], price: readonly (number | null)[]): Side {
  const found: Side = { member: [], price: [], quantityWh: [] };
  left.forEach((quantity, i) => {
    const at = price[i];
    if (quantity === 0 || at === null) return;
    found.member.push(i);
    found.price.push(at);
    found.quantityWh.push(quantity);
  });
  return found;
}

const columns = (s: Side): OrderColumns => ({
  price: Float64Array.from(s.price),
  quantityWh: Float64Array.from(s.quantityWh),
});

const total = (s: Side, fits: (price: number) => boolean): number =>
  s.quantityWh.reduce((sum, quantity, i) => (fits(s.price[i]) ? sum + quantity : sum), 0);

/** Gives the quantity to orders from the best price on; orders of the marginal price share pro rata. */
function allot(input: IntervalInput, s: Side, quantityWh: number, sign: 1 | -1, into: number[]): void {
  const order = s.member.map((_, i) => i).sort((a, b) => sign * (s.price[a] - s.price[b]) || a - b);
  let left = quantityWh;
  for (let from = 0; left > 0;) {
    let to = from + 1;
    while (to < order.length && s.price[order[to]] === s.price[order[from]]) to++;
    const tied = order.slice(from, to);
    const weights = tied.map((i) => s.quantityWh[i]);
    const sum = weights.reduce((a, b) => a + b, 0);
    const accounts = tied.map((i) => input.members.account[s.member[i]]);
    const parts = splitProRata(Math.min(left, sum), weights, input.start, accounts);
    tied.forEach((i, at) => (into[s.member[i]] = parts[at]));
    left -= Math.min(left, sum);
    from = to;
  }
}
