import { Field, Int, ObjectType } from 'type-graphql';
import { EnergyWh, Instant, MoneyMicros, PriceMicrosPerMWh } from '../../scalars.js';
import { QualityEnum, RunKindEnum, StageEnum } from '../enums.js';
import { integer, Node, text, textOrNull } from '../node.js';
import type { Row } from '../paging.js';

@ObjectType({ description: 'What a meter measured in an interval; a revision never overwrites.' })
export class Reading {
  constructor(readonly row: Row) {}
  @Field(() => Instant, { description: 'Start of the interval.' })
  get start(): string {
    return text(this.row, 'start');
  }
  @Field(() => Int, { description: 'Length of the interval in seconds.' })
  get durationSeconds(): number {
    return this.row.duration_seconds as number;
  }
  @Field(() => Int, { description: 'From 0; the highest one counts.' })
  get revision(): number {
    return this.row.revision as number;
  }
  @Field(() => EnergyWh, { description: 'Energy from the network.' })
  get importWh(): string {
    return text(this.row, 'import_wh');
  }
  @Field(() => EnergyWh, { description: 'Energy into the network.' })
  get exportWh(): string {
    return text(this.row, 'export_wh');
  }
  @Field(() => QualityEnum, { description: 'How it came about.' })
  get quality(): string {
    return text(this.row, 'quality');
  }
  @Field({ description: 'Digest or id of the file or system that it came from.' })
  get source(): string {
    return text(this.row, 'source');
  }
}

@ObjectType({
  implements: Node,
  description:
    'A settlement of one interval. A newer reading makes it STALE until a revision settles it anew.',
})
export class SettlementRun extends Node {
  readonly kind = 'Run';
  constructor(row: Row) {
    super(row, 'Run', integer(row, 'market'), integer(row, 'start'), integer(row, 'run'));
  }
  @Field(() => Instant, { description: 'Start of the interval.' })
  get start(): string {
    return text(this.row, 'start');
  }
  @Field(() => Int, { description: 'Number of the run of this interval, from 0.' })
  get run(): number {
    return this.row.run as number;
  }
  @Field(() => RunKindEnum, { description: 'INITIAL, FINAL or REVISION.' })
  get runKind(): string {
    return text(this.row, 'kind');
  }
  @Field({ description: 'Whether the interval lies before the market opened.' })
  get backfill(): boolean {
    return this.row.backfill as boolean;
  }
  @Field({ description: 'Whether a reading that it cites has been revised since.' })
  get stale(): boolean {
    return this.row.stale as boolean;
  }
  @Field(() => PriceMicrosPerMWh, {
    nullable: true,
    description: 'Uniform price of the community; null where it traded nothing.',
  })
  get communityPrice(): string | null {
    return textOrNull(this.row, 'price');
  }
  @Field(() => EnergyWh, { description: 'Offered energy that the price cap kept from trading.' })
  get unmatchedByCapWh(): string {
    return text(this.row, 'unmatched_by_cap_wh');
  }
  @Field(() => Int, { description: 'Members that it settled.' })
  get members(): number {
    return this.row.members as number;
  }
  @Field({ description: 'SHA-256 of all that it read, hexadecimal.' })
  get inputDigest(): string {
    return text(this.row, 'input_digest');
  }
  @Field({ description: 'SHA-256 of its outcome, hexadecimal.' })
  get outputDigest(): string {
    return text(this.row, 'output_digest');
  }
}

@ObjectType({
  description: 'What one connection traded and owes in one run. Money is positive where the member pays.',
})
export class Position {
  constructor(readonly row: Row) {}
  @Field(() => Instant, { description: 'Start of the interval.' })
  get start(): string {
    return text(this.row, 'start');
  }
  @Field(() => Int, { description: 'Number of the run.' })
  get run(): number {
    return this.row.run as number;
  }
  @Field(() => Int, { description: 'Revision of the reading that was used.' })
  get readingRevision(): number {
    return this.row.reading_revision as number;
  }
  @Field(() => EnergyWh, { description: 'Metered import.' })
  get importWh(): string {
    return text(this.row, 'import_wh');
  }
  @Field(() => EnergyWh, { description: 'Metered export.' })
  get exportWh(): string {
    return text(this.row, 'export_wh');
  }
  @Field(() => EnergyWh, { description: 'Bought by contract.' })
  get contractedBoughtWh(): string {
    return text(this.row, 'contracted_bought_wh');
  }
  @Field(() => EnergyWh, { description: 'Sold by contract.' })
  get contractedSoldWh(): string {
    return text(this.row, 'contracted_sold_wh');
  }
  @Field(() => EnergyWh, { description: 'Bought by nomination.' })
  get nominatedBoughtWh(): string {
    return text(this.row, 'nominated_bought_wh');
  }
  @Field(() => EnergyWh, { description: 'Sold by nomination.' })
  get nominatedSoldWh(): string {
    return text(this.row, 'nominated_sold_wh');
  }
  @Field(() => EnergyWh, { description: 'Bought from the community.' })
  get communityBoughtWh(): string {
    return text(this.row, 'community_bought_wh');
  }
  @Field(() => EnergyWh, { description: 'Sold to the community.' })
  get communitySoldWh(): string {
    return text(this.row, 'community_sold_wh');
  }
  @Field(() => MoneyMicros, { description: 'What contracted and nominated trades come to.' })
  get bilateralMicros(): string {
    return text(this.row, 'bilateral_micros');
  }
  @Field(() => MoneyMicros, { description: 'Paid to the community’s pool.' })
  get communityBoughtMicros(): string {
    return text(this.row, 'community_bought_micros');
  }
  @Field(() => MoneyMicros, { description: 'Received from the community’s pool.' })
  get communitySoldMicros(): string {
    return text(this.row, 'community_sold_micros');
  }
  @Field(() => MoneyMicros, { description: 'Import lines of the tariff on energy from the retailer.' })
  get residualImportMicros(): string {
    return text(this.row, 'residual_import_micros');
  }
  @Field(() => MoneyMicros, { description: 'Feed-in; negative: it receives.' })
  get residualExportMicros(): string {
    return text(this.row, 'residual_export_micros');
  }
  @Field(() => MoneyMicros, { description: 'Lines that stay payable, on traded energy.' })
  get leviesMicros(): string {
    return text(this.row, 'levies_micros');
  }
  @Field(() => MoneyMicros, { description: 'Lines by the day and by capacity.' })
  get standingMicros(): string {
    return text(this.row, 'standing_micros');
  }
  @Field(() => MoneyMicros, { description: 'What it pays in all: the sum of the parts.' })
  get billMicros(): string {
    return text(this.row, 'bill_micros');
  }
  @Field(() => MoneyMicros, { description: 'What it would have paid with the retailer alone.' })
  get retailOnlyMicros(): string {
    return text(this.row, 'retail_only_micros');
  }
}

@ObjectType({ implements: Node, description: 'A trade, by one id for both sides.' })
export class Trade extends Node {
  readonly kind = 'Trade';
  constructor(row: Row) {
    super(row, 'Trade', text(row, 'id'));
  }
  @Field({ description: 'Id known to both sides: SHA-256, hexadecimal.' })
  get tradeId(): string {
    return text(this.row, 'id');
  }
  @Field(() => Instant, { description: 'Start of the interval.' })
  get start(): string {
    return text(this.row, 'start');
  }
  @Field(() => Int, { description: 'Number of the run that made it.' })
  get run(): number {
    return this.row.run as number;
  }
  @Field(() => StageEnum, { description: 'Stage of the waterfall.' })
  get stage(): string {
    return text(this.row, 'stage');
  }
  @Field(() => EnergyWh, { description: 'Energy.' })
  get quantityWh(): string {
    return text(this.row, 'quantity_wh');
  }
  @Field(() => PriceMicrosPerMWh, { description: 'Price.' })
  get price(): string {
    return text(this.row, 'price');
  }
  @Field(() => MoneyMicros, { description: 'What the buyer pays: price × quantity, rounded once.' })
  get amountMicros(): string {
    return text(this.row, 'amount');
  }
}

@ObjectType({ description: 'A stage of the waterfall in an interval.' })
export class StageTotal {
  @Field(() => EnergyWh, { description: 'Energy of the stage.' })
  declare quantityWh: string;
  @Field(() => MoneyMicros, { description: 'What buyers pay; for residual export, what members receive.' })
  declare amountMicros: string;
}

@ObjectType({ description: 'Totals of an interval over all members.' })
export class IntervalTotals {
  @Field(() => EnergyWh, { description: 'Metered import.' })
  declare importWh: string;
  @Field(() => EnergyWh, { description: 'Metered export.' })
  declare exportWh: string;
  @Field(() => StageTotal, { description: 'Stage 1.' })
  declare contracted: StageTotal;
  @Field(() => StageTotal, { description: 'Stage 2.' })
  declare nominated: StageTotal;
  @Field(() => StageTotal, { description: 'Stage 3.' })
  declare community: StageTotal;
  @Field(() => StageTotal, { description: 'From the retailer.' })
  declare residualImport: StageTotal;
  @Field(() => StageTotal, { description: 'To the retailer.' })
  declare residualExport: StageTotal;
}
