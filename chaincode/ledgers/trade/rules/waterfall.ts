/**
 * The waterfall of an interval (trade.md): contracted, nominated, community; what is left is the retailer's. Every
 * stage works on what the stages before it left, on metered actuals alone (E1).
 */
import { amountMicros } from '../../../../schema/arithmetic.js';
import { microsPerMWh, wh } from '../../../../schema/units.js';
import { clearCommunity } from './community.js';
import { equalShares } from './equal-share.js';
import type { Bilateral, BilateralTrade, IntervalInput, IntervalResult } from './interval.js';
import { zeros } from './zeros.js';

export function runWaterfall(input: IntervalInput): IntervalResult {
  const { members } = input;
  const exportLeft = members.exportWh.slice();
  const importLeft = members.importWh.slice();
  const count = members.account.length;
  const trades: BilateralTrade[] = [];
  const bilateralMicros = zeros(count);

  const trade = (
    kind: BilateralTrade['kind'],
    offer: Bilateral,
    quantityWh: number,
    [bought, sold]: readonly [number[], number[]],
  ): void => {
    if (quantityWh === 0) return;
    const { agreement, seller, buyer, priceMicrosPerMWh } = offer;
    const amount = amountMicros(microsPerMWh(priceMicrosPerMWh), wh(quantityWh));
    exportLeft[seller] -= quantityWh;
    importLeft[buyer] -= quantityWh;
    sold[seller] += quantityWh;
    bought[buyer] += quantityWh;
    bilateralMicros[seller] -= amount;
    bilateralMicros[buyer] += amount;
    trades.push({ agreement, kind, seller, buyer, quantityWh, priceMicrosPerMWh, amountMicros: amount });
  };
  const need = (offer: Bilateral): number => Math.min(importLeft[offer.buyer], offer.limitWh ?? Infinity);

  const contractedBoughtWh = zeros(count);
  const contractedSoldWh = zeros(count);
  for (const plant of plants(input)) {
    const accounts = plant.map((offer) => members.account[offer.buyer]);
    // Two contracts of one buyer with one plant share the need of that buyer.
    const needs = needsOf(plant, importLeft);
    const shares = equalShares(exportLeft[plant[0].seller], needs, input.start, accounts);
    plant.forEach((offer, i) =>
      trade('CONTRACTED', offer, shares[i], [contractedBoughtWh, contractedSoldWh]),
    );
  }

  const nominatedBoughtWh = zeros(count);
  const nominatedSoldWh = zeros(count);
  const nominations = input.nominations
    .filter((offer) => isBetweenTwo(input, offer))
    .sort((a, b) => a.sellerRank - b.sellerRank || a.buyerRank - b.buyerRank || a.agreement - b.agreement);
  for (const offer of nominations) {
    const quantityWh = Math.min(exportLeft[offer.seller], need(offer));
    trade('NOMINATED', offer, quantityWh, [nominatedBoughtWh, nominatedSoldWh]);
  }

  const community = clearCommunity(input, exportLeft, importLeft);
  return {
    trades,
    contractedBoughtWh,
    contractedSoldWh,
    nominatedBoughtWh,
    nominatedSoldWh,
    communityBoughtWh: community.boughtWh,
    communitySoldWh: community.soldWh,
    bilateralMicros,
    communityPriceMicrosPerMWh: community.priceMicrosPerMWh,
    unmatchedByCapWh: community.unmatchedByCapWh,
  };
}

/** Contracts by plant, plants in the order of their account numbers, contracts of a plant by agreement number. */
function plants(input: IntervalInput): Bilateral[][] {
  const bySeller = new Map<number, Bilateral[]>();
  for (const offer of input.contracts) {
    if (!isBetweenTwo(input, offer)) continue;
    const list = bySeller.get(offer.seller);
    if (list) list.push(offer);
    else bySeller.set(offer.seller, [offer]);
  }
  const { account } = input.members;
  return [...bySeller.entries()]
    .sort(([a], [b]) => account[a] - account[b] || a - b)
    .map(([, offers]) => offers.sort((a, b) => a.agreement - b.agreement));
}

/** What each contract may take; a buyer that has several with one plant does not take more than it needs in all. */
function needsOf(plant: readonly Bilateral[], importLeft: readonly number[]): number[] {
  const left = new Map<number, number>();
  return plant.map(({ buyer, limitWh }) => {
    const most = left.get(buyer) ?? importLeft[buyer];
    const need = Math.min(most, limitWh ?? Infinity);
    left.set(buyer, most - need);
    return need;
  });
}

/** Bilateral stages refuse a counterparty of the same participant (E1). */
const isBetweenTwo = ({ members }: IntervalInput, { seller, buyer }: Bilateral): boolean =>
  members.participant[seller] !== members.participant[buyer];
