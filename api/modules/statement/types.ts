import { Field, ID, Int, ObjectType } from 'type-graphql';
import { EnergyWh, Instant, MoneyMicros } from '../../scalars.js';
import { TariffBasisEnum } from '../enums.js';
import { StageTotal } from '../metering/types.js';
import type { Participant } from '../registration/types.js';

@ObjectType({ description: 'A line of the tariff over the period.' })
export class StatementLine {
  @Field({ description: 'Id of the line in the tariff.' })
  declare lineId: string;
  @Field(() => TariffBasisEnum, { description: 'What it was charged on.' })
  declare basis: string;
  @Field(() => ID, { description: 'Node id of the account that it was paid to, or that paid.' })
  declare payee: string;
  @Field({ description: 'Tax code.' })
  declare taxCode: string;
  @Field(() => EnergyWh, { description: 'Energy that it was charged on, in Wh; 0 for standing lines.' })
  declare quantityWh: string;
  @Field(() => MoneyMicros, { description: 'Amount in micros; positive: the participant pays.' })
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
  /** Whose it is; a field of its own resolves it. */
  declare owner: Participant;

  @Field(() => Instant, { description: 'First interval start.' })
  declare from: number;
  @Field(() => Instant, { description: 'First interval start after the period.' })
  declare to: number;
  @Field(() => String, {
    nullable: true,
    description: 'Time zone of whose days it is made; null where its period was given by instants.',
  })
  declare timeZone: string | null;
  @Field(() => Int, { description: 'Number of settled intervals in it, counted by connection.' })
  declare positions: number;
  @Field(() => EnergyWh, { description: 'Metered import, in Wh.' })
  declare importWh: string;
  @Field(() => EnergyWh, { description: 'Metered export, in Wh.' })
  declare exportWh: string;
  @Field(() => StatementStage, { description: 'Stage 1: by contract.' })
  declare contracted: StatementStage;
  @Field(() => StatementStage, { description: 'Stage 2: by nomination.' })
  declare nominated: StatementStage;
  @Field(() => StatementStage, { description: 'Stage 3: with the community, at its uniform price.' })
  declare community: StatementStage;
  @Field(() => StageTotal, { description: 'Stage 4: import from the retailer: what was paid.' })
  declare residualImport: StageTotal;
  @Field(() => StageTotal, { description: 'Stage 4: export to the retailer: what was received.' })
  declare residualExport: StageTotal;
  @Field(() => MoneyMicros, { description: 'Lines that stay payable, on traded energy, in micros.' })
  declare leviesMicros: string;
  @Field(() => MoneyMicros, { description: 'Lines by the day and by capacity, in micros.' })
  declare standingMicros: string;
  @Field(() => MoneyMicros, {
    description:
      'What it pays in all, in micros; negative: it receives. The sum of its postings to dues and receivables.',
  })
  declare billMicros: string;
  @Field(() => MoneyMicros, { description: 'What it would have paid with the retailer alone, in micros.' })
  declare retailOnlyMicros: string;
  @Field(() => MoneyMicros, { description: 'Retailer alone − bill, in micros.' })
  declare savingMicros: string;
  @Field({ description: 'Whether trading cost more than the retailer alone (P2P-16).' })
  declare savingIsNegative: boolean;
  @Field({ description: 'Whether a run of the period cites a reading that has been revised since.' })
  declare stale: boolean;
  @Field(() => [StatementLine], {
    description: 'Lines of the tariff, summed over the period by line and payee.',
  })
  declare lines: StatementLine[];
}
