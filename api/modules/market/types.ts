import { Field, ID, Int, ObjectType } from 'type-graphql';
import { encodeNodeId } from '../../node-id.js';
import { EnergyWh, Instant, PriceMicrosPerMWh } from '../../scalars.js';
import { AgreementKindEnum, AgreementStateEnum, MarketStateEnum, TariffBasisEnum } from '../enums.js';
import { Node } from '../node.js';
import { connectionOf } from '../paging.js';
import { text, textOrNull, type Row } from '../row.js';

@ObjectType({
  implements: Node,
  description: 'A market over a network: who trades with whom, by which rules.',
})
export class Market extends Node {
  readonly kind = 'Market';

  @Field({ description: 'Id that its host gave.' })
  get marketId(): string {
    return text(this.row, 'market_id');
  }
  @Field({ description: 'Organisation that hosts it.' })
  get host(): string {
    return this.lane;
  }
  @Field(() => MarketStateEnum, { description: 'SETUP until it opens; settlement is off while PAUSED.' })
  get state(): string {
    return text(this.row, 'state');
  }
  @Field(() => Int, { description: 'Numerator of k, the weight of the uniform price in its legal interval.' })
  get kNumerator(): number {
    return this.row.k_numerator as number;
  }
  @Field(() => Int, { description: 'Denominator of k.' })
  get kDenominator(): number {
    return this.row.k_denominator as number;
  }
  @Field(() => Instant, {
    nullable: true,
    description: 'Ledger time of its opening; runs of earlier intervals are BACKFILL.',
  })
  get openedAt(): string | null {
    return textOrNull(this.row, 'opened_at');
  }
}

/** A line as the read model keeps it: amounts and numbers as text. */
interface StoredLine {
  readonly lineId: string;
  readonly payee: string;
  readonly basis: string;
  readonly rateMicros: string;
  readonly taxCode: string;
  readonly staysPayableOnTraded: boolean;
}

@ObjectType({ description: 'A line of a tariff.' })
export class TariffLine {
  constructor(
    private readonly lane: string,
    private readonly line: StoredLine,
  ) {}
  @Field({ description: 'Short id of the line.' })
  get lineId(): string {
    return this.line.lineId;
  }
  @Field(() => ID, { description: 'Node id of the account that it is paid to, or that pays feed-in.' })
  get payee(): string {
    return encodeNodeId('Account', this.lane, this.line.payee);
  }
  @Field(() => TariffBasisEnum, { description: 'What the rate is charged on.' })
  get basis(): string {
    return this.line.basis;
  }
  @Field(() => PriceMicrosPerMWh, {
    description:
      'Micros per MWh paid (IMPORT_WH) or received (EXPORT_WH); micros per 24 h (DAY); micros per MW and 24 h (W_DAY).',
  })
  get rateMicros(): string {
    return this.line.rateMicros;
  }
  @Field({ description: 'Tax code.' })
  get taxCode(): string {
    return this.line.taxCode;
  }
  @Field({ description: 'Whether energy traded with a member pays it too.' })
  get staysPayableOnTraded(): boolean {
    return this.line.staysPayableOnTraded;
  }
}

@ObjectType({ description: 'A version of a tariff.' })
export class TariffVersion {
  constructor(private readonly row: Row) {}
  @Field(() => Int, { description: 'Number of the version, from 1.' })
  get version(): number {
    return this.row.version as number;
  }
  @Field(() => Instant, { description: 'First instant in force.' })
  get effectiveFrom(): string {
    return text(this.row, 'effective_from');
  }
  @Field(() => [TariffLine], { description: 'Its lines.' })
  get lines(): TariffLine[] {
    const lane = text(this.row, 'lane');
    return (this.row.lines as StoredLine[]).map((line) => new TariffLine(lane, line));
  }
}

@ObjectType({ implements: Node, description: 'A tariff: lines, by version.' })
export class Tariff extends Node {
  readonly kind = 'Tariff';

  @Field({ description: 'Id that its owner gave.' })
  get tariffId(): string {
    return text(this.row, 'tariff_id');
  }
  @Field({ description: 'Organisation that publishes it.' })
  get owner(): string {
    return text(this.row, 'owner');
  }
}

@ObjectType({
  implements: Node,
  description: 'Two connections agree that one sells to the other at a price.',
})
export class Agreement extends Node {
  readonly kind = 'Agreement';

  @Field(() => ID, { description: 'Node id of the connection that sells: known to both sides.' })
  get sellerId(): string {
    return encodeNodeId('Connection', this.lane, text(this.row, 'seller'));
  }
  @Field(() => ID, { description: 'Node id of the connection that buys: known to both sides.' })
  get buyerId(): string {
    return encodeNodeId('Connection', this.lane, text(this.row, 'buyer'));
  }
  @Field(() => AgreementKindEnum, { description: 'Contract (stage 1) or nomination (stage 2).' })
  get stage(): string {
    return text(this.row, 'kind');
  }
  @Field(() => AgreementStateEnum, { description: 'Only accepted ones trade.' })
  get state(): string {
    return text(this.row, 'state');
  }
  @Field(() => PriceMicrosPerMWh, { description: 'Price in micros per MWh; zero is an energy gift.' })
  get price(): string {
    return text(this.row, 'price');
  }
  @Field(() => EnergyWh, { nullable: true, description: 'Most energy an interval, in Wh; null: no limit.' })
  get limitWh(): string | null {
    return textOrNull(this.row, 'limit_wh');
  }
  @Field(() => Instant, { description: 'First interval for which it counts.' })
  get effectiveFrom(): string {
    return text(this.row, 'effective_from');
  }
  @Field(() => Instant, {
    nullable: true,
    description: 'First interval for which it no longer counts; null: open.',
  })
  get effectiveTo(): string | null {
    return textOrNull(this.row, 'effective_to');
  }
}

@ObjectType({ description: 'A connection’s membership of a market, from an interval on.' })
export class Membership {
  constructor(readonly row: Row) {}
  @Field(() => Instant, { description: 'First interval start in force.' })
  get effectiveFrom(): string {
    return text(this.row, 'effective_from');
  }
}

@ObjectType({ description: 'What a member wants of the community, from an interval on.' })
export class CommunityPreference {
  constructor(readonly row: Row) {}
  @Field(() => Instant, { description: 'First interval start in force.' })
  get effectiveFrom(): string {
    return text(this.row, 'effective_from');
  }
  @Field(() => PriceMicrosPerMWh, {
    nullable: true,
    description: 'Least price to sell at, in micros per MWh; null: it does not sell.',
  })
  get minSellPrice(): string | null {
    return textOrNull(this.row, 'min_sell_price');
  }
  @Field(() => PriceMicrosPerMWh, {
    nullable: true,
    description: 'Most to buy at, in micros per MWh; null: it does not buy.',
  })
  get maxBuyPrice(): string | null {
    return textOrNull(this.row, 'max_buy_price');
  }
}

export const MarketConnection = connectionOf(Market, 'Market');
export const TariffConnection = connectionOf(Tariff, 'Tariff');
export const TariffVersionConnection = connectionOf(TariffVersion, 'TariffVersion');
export const AgreementConnection = connectionOf(Agreement, 'Agreement');
export const MembershipConnection = connectionOf(Membership, 'Membership');
export const CommunityPreferenceConnection = connectionOf(CommunityPreference, 'CommunityPreference');
