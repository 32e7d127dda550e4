import { Field, ID, Int, ObjectType } from 'type-graphql';
import { encodeNodeId } from '../../node-id.js';
import { EnergyWh, Instant, MoneyMicros, PriceMicrosPerMWh } from '../../scalars.js';
import { QualityEnum, RunKindEnum, StageEnum } from '../enums.js';
import { Node } from '../node.js';
import { connectionOf } from '../paging.js';
import { text, textOrNull, type Row } from '../row.js';

const columns = (row: Row, ...names: readonly string[]): string[] => names.map((name) => String(row[name]));

/** Node id of a side of a trade; null for the community's pool, which is nobody. */
const sideId = (row: Row, column: 'seller' | 'buyer'): string | null =>
  row[column] === '0' ? null : encodeNodeId('Connection', text(row, 'lane'), text(row, column));

@ObjectType({
  implements: Node,
  description: 'What a meter measured in an interval; a revision never overwrites.',
})
export class Reading extends Node {
  readonly kind = 'Reading';
  protected override parts(): string[] {
    return columns(this.row, 'connection', 'start', 'revision');
  }
  @Field({ description: 'Number of the block that recorded it, from 0.' })
  get block(): string {
    return text(this.row, 'block');
  }
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
  @Field(() => EnergyWh, { description: 'Energy from the network, in Wh.' })
  get importWh(): string {
    return text(this.row, 'import_wh');
  }
  @Field(() => EnergyWh, { description: 'Energy into the network, in Wh.' })
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
  readonly kind = 'SettlementRun';
  protected override parts(): string[] {
    return columns(this.row, 'market', 'start', 'run');
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
    description: 'Uniform price of the community, in micros per MWh; null where it traded nothing.',
  })
  get communityPrice(): string | null {
    return textOrNull(this.row, 'price');
  }
  @Field(() => Int, { description: 'Number of connections that it settled.' })
  get members(): number {
    return this.row.members as number;
  }
}

@ObjectType({
  implements: Node,
  description: 'What one connection traded and owes in one run. Money is positive where the member pays.',
})
export class Position extends Node {
  readonly kind = 'Position';
  protected override parts(): string[] {
    return columns(this.row, 'market', 'connection', 'start', 'run');
  }
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
  @Field(() => EnergyWh, { description: 'Metered import, in Wh.' })
  get importWh(): string {
    return text(this.row, 'import_wh');
  }
  @Field(() => EnergyWh, { description: 'Metered export, in Wh.' })
  get exportWh(): string {
    return text(this.row, 'export_wh');
  }
  @Field(() => EnergyWh, { description: 'Bought by contract, in Wh.' })
  get contractedBoughtWh(): string {
    return text(this.row, 'contracted_bought_wh');
  }
  @Field(() => EnergyWh, { description: 'Sold by contract, in Wh.' })
  get contractedSoldWh(): string {
    return text(this.row, 'contracted_sold_wh');
  }
  @Field(() => EnergyWh, { description: 'Bought by nomination, in Wh.' })
  get nominatedBoughtWh(): string {
    return text(this.row, 'nominated_bought_wh');
  }
  @Field(() => EnergyWh, { description: 'Sold by nomination, in Wh.' })
  get nominatedSoldWh(): string {
    return text(this.row, 'nominated_sold_wh');
  }
  @Field(() => EnergyWh, { description: 'Bought from the community, in Wh.' })
  get communityBoughtWh(): string {
    return text(this.row, 'community_bought_wh');
  }
  @Field(() => EnergyWh, { description: 'Sold to the community, in Wh.' })
  get communitySoldWh(): string {
    return text(this.row, 'community_sold_wh');
  }
  @Field(() => MoneyMicros, { description: 'What contracted and nominated trades come to, in micros.' })
  get bilateralMicros(): string {
    return text(this.row, 'bilateral_micros');
  }
  @Field(() => MoneyMicros, { description: 'Paid to the community’s pool, in micros.' })
  get communityBoughtMicros(): string {
    return text(this.row, 'community_bought_micros');
  }
  @Field(() => MoneyMicros, { description: 'Received from the community’s pool, in micros.' })
  get communitySoldMicros(): string {
    return text(this.row, 'community_sold_micros');
  }
  @Field(() => MoneyMicros, {
    description: 'Import lines of the tariff on energy from the retailer, in micros.',
  })
  get residualImportMicros(): string {
    return text(this.row, 'residual_import_micros');
  }
  @Field(() => MoneyMicros, { description: 'Feed-in, in micros; negative: it receives.' })
  get residualExportMicros(): string {
    return text(this.row, 'residual_export_micros');
  }
  @Field(() => MoneyMicros, { description: 'Lines that stay payable, on traded energy, in micros.' })
  get leviesMicros(): string {
    return text(this.row, 'levies_micros');
  }
  @Field(() => MoneyMicros, { description: 'Lines by the day and by capacity, in micros.' })
  get standingMicros(): string {
    return text(this.row, 'standing_micros');
  }
  @Field(() => MoneyMicros, { description: 'What it pays in all, in micros: the sum of the parts.' })
  get billMicros(): string {
    return text(this.row, 'bill_micros');
  }
  @Field(() => MoneyMicros, { description: 'What it would have paid with the retailer alone, in micros.' })
  get retailOnlyMicros(): string {
    return text(this.row, 'retail_only_micros');
  }
}

@ObjectType({ implements: Node, description: 'A trade, by one id for both sides.' })
export class Trade extends Node {
  readonly kind = 'Trade';
  protected override parts(): string[] {
    return [text(this.row, 'id')];
  }
  @Field(() => ID, {
    nullable: true,
    description: 'Node id of the connection that sells, known to both sides; null for the community’s pool.',
  })
  get sellerId(): string | null {
    return sideId(this.row, 'seller');
  }
  @Field(() => ID, {
    nullable: true,
    description: 'Node id of the connection that buys, known to both sides; null for the community’s pool.',
  })
  get buyerId(): string | null {
    return sideId(this.row, 'buyer');
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
  @Field(() => EnergyWh, { description: 'Energy in Wh.' })
  get quantityWh(): string {
    return text(this.row, 'quantity_wh');
  }
  @Field(() => PriceMicrosPerMWh, { description: 'Price in micros per MWh.' })
  get price(): string {
    return text(this.row, 'price');
  }
  @Field(() => MoneyMicros, {
    description: 'What the buyer pays, in micros: price × quantity, rounded once.',
  })
  get amountMicros(): string {
    return text(this.row, 'amount');
  }
}

@ObjectType({ description: 'A stage of the waterfall in an interval.' })
export class StageTotal {
  @Field(() => EnergyWh, { description: 'Energy of the stage, in Wh.' })
  declare quantityWh: string;
  @Field(() => MoneyMicros, {
    description: 'In micros: what buyers pay; for residual export, what members receive.',
  })
  declare amountMicros: string;
}

@ObjectType({ description: 'Totals of an interval over all members.' })
export class IntervalTotals {
  @Field(() => EnergyWh, { description: 'Metered import, in Wh.' })
  declare importWh: string;
  @Field(() => EnergyWh, { description: 'Metered export, in Wh.' })
  declare exportWh: string;
  @Field(() => StageTotal, { description: 'Stage 1: by contract.' })
  declare contracted: StageTotal;
  @Field(() => StageTotal, { description: 'Stage 2: by nomination.' })
  declare nominated: StageTotal;
  @Field(() => StageTotal, { description: 'Stage 3: with the community, at its uniform price.' })
  declare community: StageTotal;
  @Field(() => StageTotal, { description: 'Stage 4: import from the retailer.' })
  declare residualImport: StageTotal;
  @Field(() => StageTotal, { description: 'Stage 4: export to the retailer, at its feed-in rates.' })
  declare residualExport: StageTotal;
}

export const ReadingConnection = connectionOf(Reading, 'Reading');
export const RunConnection = connectionOf(SettlementRun, 'SettlementRun');
export const PositionConnection = connectionOf(Position, 'Position');
export const TradeConnection = connectionOf(Trade, 'Trade');
