import { Field, Int, ObjectType } from 'type-graphql';
import { EnergyWh, Instant, MoneyMicros } from '../../scalars.js';
import { TariffBasisEnum } from '../enums.js';
import { StageTotal } from '../metering/types.js';
import { Participant } from '../registration/types.js';

@ObjectType({ description: 'A line of the tariff over the period.' })
export class StatementLine {
  @Field({ description: 'Id of the line in the tariff.' })
  declare lineId: string;
  @Field(() => TariffBasisEnum, { description: 'What it was charged on.' })
  declare basis: string;
  @Field({ description: 'Account number that it was paid to, or that paid.' })
  declare payee: string;
  @Field(() => EnergyWh, { description: 'Energy that it was charged on; 0 for standing lines.' })
  declare quantityWh: string;
  @Field(() => MoneyMicros, { description: 'Positive: the participant pays.' })
  declare amountMicros: string;
}

@ObjectType({ description: 'Both directions of a stage.' })
export class StatementStage {
  @Field(() => StageTotal, { description: 'Bought: what was paid.' })
  declare bought: StageTotal;
  @Field(() => StageTotal, { description: 'Sold: what was received.' })
  declare sold: StageTotal;
}

@ObjectType({ description: 'What a participant traded and owes over a period, beside the retailer alone.' })
export class Statement {
  /** Rows of the period, kept for the intervals. */
  declare from: number;
  declare to: number;
  declare participant: Participant;

  @Field(() => Instant, { name: 'from', description: 'First interval start.' })
  get first(): number {
    return this.from;
  }
  @Field(() => Instant, { name: 'to', description: 'First interval start after the period.' })
  get last(): number {
    return this.to;
  }
  @Field(() => Int, { description: 'Settled intervals and connections in it.' })
  declare positions: number;
  @Field(() => EnergyWh, { description: 'Metered import.' })
  declare importWh: string;
  @Field(() => EnergyWh, { description: 'Metered export.' })
  declare exportWh: string;
  @Field(() => StatementStage, { description: 'Stage 1.' })
  declare contracted: StatementStage;
  @Field(() => StatementStage, { description: 'Stage 2.' })
  declare nominated: StatementStage;
  @Field(() => StatementStage, { description: 'Stage 3.' })
  declare community: StatementStage;
  @Field(() => StageTotal, { description: 'From the retailer.' })
  declare residualImport: StageTotal;
  @Field(() => StageTotal, { description: 'To the retailer: what was received.' })
  declare residualExport: StageTotal;
  @Field(() => MoneyMicros, { description: 'Lines that stay payable, on traded energy.' })
  declare leviesMicros: string;
  @Field(() => MoneyMicros, { description: 'Lines by the day and by capacity.' })
  declare standingMicros: string;
  @Field(() => MoneyMicros, {
    description:
      'What it pays in all; negative: it receives. The sum of its postings to dues and receivables.',
  })
  declare billMicros: string;
  @Field(() => MoneyMicros, { description: 'What it would have paid with the retailer alone.' })
  declare retailOnlyMicros: string;
  @Field(() => MoneyMicros, { description: 'Retailer alone − bill.' })
  declare savingMicros: string;
  @Field({ description: 'Whether trading cost more than the retailer alone.' })
  declare savingIsNegative: boolean;
  @Field({ description: 'Whether a run of the period cites a reading that has been revised since.' })
  declare stale: boolean;
  @Field(() => [StatementLine], { description: 'Lines of the tariff, summed over the period.' })
  declare lines: StatementLine[];
}
