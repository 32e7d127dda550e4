/** What the waterfall of one interval reads and gives. Members are columns, in the order of their slots. */
import type { AGREEMENT_KIND } from '../../../../schema/trade/market.js';

export interface MemberColumns {
  /** Dues account number: what ties are broken by (K10). */
  readonly account: readonly number[];
  readonly participant: readonly number[];
  readonly importWh: readonly number[];
  readonly exportWh: readonly number[];
  /** Least price to sell to the community at; null: does not sell. */
  readonly minSellMicrosPerMWh: readonly (number | null)[];
  /** Most to buy from the community at; null: does not buy. */
  readonly maxBuyMicrosPerMWh: readonly (number | null)[];
}

/** An agreement of two members, by their index. */
export interface Bilateral {
  readonly agreement: number;
  readonly seller: number;
  readonly buyer: number;
  readonly priceMicrosPerMWh: number;
  /** Most Wh in the interval; null: no limit. */
  readonly limitWh: number | null;
  /** Place in the seller's and the buyer's order of nominations; lower is served first. */
  readonly sellerRank: number;
  readonly buyerRank: number;
}

export interface IntervalInput {
  /** Start in ms since 1970. */
  readonly start: number;
  readonly members: MemberColumns;
  readonly contracts: readonly Bilateral[];
  readonly nominations: readonly Bilateral[];
  /** k, the weight of the uniform price in its legal interval. */
  readonly kNumerator: number;
  readonly kDenominator: number;
  /** Price cap of the network; null: none. */
  readonly capMicrosPerMWh: number | null;
}

export interface BilateralTrade {
  readonly agreement: number;
  /** Stage of the waterfall in which it was made. */
  readonly kind: (typeof AGREEMENT_KIND)[number];
  readonly seller: number;
  readonly buyer: number;
  readonly quantityWh: number;
  readonly priceMicrosPerMWh: number;
  /** price × quantity, rounded once: what the buyer pays and the seller receives. */
  readonly amountMicros: number;
}

export interface IntervalResult {
  /** Contracted, then nominated trades, in the order in which they were made. */
  readonly trades: readonly BilateralTrade[];
  readonly contractedBoughtWh: readonly number[];
  readonly contractedSoldWh: readonly number[];
  readonly nominatedBoughtWh: readonly number[];
  readonly nominatedSoldWh: readonly number[];
  readonly communityBoughtWh: readonly number[];
  readonly communitySoldWh: readonly number[];
  /** What a member's bilateral trades come to; positive: it pays. */
  readonly bilateralMicros: readonly number[];
  /** Uniform price; null where the community traded nothing. */
  readonly communityPriceMicrosPerMWh: number | null;
  /** Wh that would have matched without the price cap. */
  readonly unmatchedByCapWh: number;
}
