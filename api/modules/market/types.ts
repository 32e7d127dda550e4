import { Field, Int, ObjectType } from 'type-graphql';
import { integer, Node, text, textOrNull } from '../node.js';
import type { Row } from '../paging.js';
import { EnergyWh, Instant, PriceMicrosPerMWh } from '../../scalars.js';
import { AgreementKindEnum, AgreementStateEnum, MarketStateEnum, TariffBasisEnum } from '../enums.js';

@ObjectType({
  implements: Node,
  description: 'A market over a network: who trades with whom, by which rules.',
})
export class Market extends Node {
  readonly kind = 'Market';
  constructor(row: Row) {
    super(row, 'Market', integer(row, 'number'));
  }
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

@ObjectType({ description: 'A line of a tariff.' })
export class TariffLineType {
  @Field({ description: 'Short id of the line.' })
  declare lineId: string;
  @Field({ description: 'Account number that it is paid to, or that pays feed-in.' })
  declare payee: string;
  @Field(() => TariffBasisEnum, { description: 'What the rate is charged on.' })
  declare basis: string;
  @Field(() => PriceMicrosPerMWh, {
    description:
      'Micros per MWh paid (IMPORT_WH) or received (EXPORT_WH); per 24 h (DAY); per MW and 24 h (W_DAY).',
  })
  declare rateMicros: string;
  @Field({ description: 'Tax code.' })
  declare taxCode: string;
  @Field({ description: 'Whether energy traded with a member pays it too.' })
  declare staysPayableOnTraded: boolean;
}

@ObjectType({ description: 'A version of a tariff.' })
export class TariffVersion {
  constructor(private readonly row: Row) {}
  @Field(() => Int, { description: 'From 1.' })
  get version(): number {
    return this.row.version as number;
  }
  @Field(() => Instant, { description: 'First instant in force.' })
  get effectiveFrom(): string {
    return text(this.row, 'effective_from');
  }
  @Field(() => [TariffLineType], { description: 'Its lines.' })
  get lines(): TariffLineType[] {
    return this.row.lines as TariffLineType[];
  }
}

@ObjectType({ implements: Node, description: 'A tariff: lines, by version.' })
export class Tariff extends Node {
  readonly kind = 'Tariff';
  constructor(row: Row) {
    super(row, 'Tariff', integer(row, 'number'));
  }
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
  constructor(row: Row) {
    super(row, 'Agreement', integer(row, 'number'));
  }
  @Field(() => AgreementKindEnum, { description: 'Contract (stage 1) or nomination (stage 2).' })
  get stage(): string {
    return text(this.row, 'kind');
  }
  @Field(() => AgreementStateEnum, { description: 'Only accepted ones trade.' })
  get state(): string {
    return text(this.row, 'state');
  }
  @Field(() => PriceMicrosPerMWh, { description: 'Price; zero is an energy gift.' })
  get price(): string {
    return text(this.row, 'price');
  }
  @Field(() => EnergyWh, { nullable: true, description: 'Most energy an interval; null: no limit.' })
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
