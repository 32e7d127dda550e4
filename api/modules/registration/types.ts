import { Field, Int, ObjectType } from 'type-graphql';
import { Instant, PowerW, PriceMicrosPerMWh } from '../../scalars.js';
import { Node } from '../node.js';
import { connectionOf } from '../paging.js';
import { text, textOrNull } from '../row.js';

@ObjectType({
  implements: Node,
  description: 'Somebody whom an organisation hosts. Ids are opaque; names never reach the ledger.',
})
export class Participant extends Node {
  readonly kind = 'Participant';

  @Field({ description: 'Opaque id that the host gave.' })
  get participantId(): string {
    return text(this.row, 'participant_id');
  }
  @Field({ description: 'Organisation that hosts it.' })
  get host(): string {
    return text(this.row, 'host');
  }
  @Field({ description: 'Whether it may give commands.' })
  get active(): boolean {
    return this.row.active as boolean;
  }
}

@ObjectType({ implements: Node, description: 'A grid network.' })
export class Network extends Node {
  readonly kind = 'Network';

  @Field({ description: 'Id that its operator gave.' })
  get networkId(): string {
    return text(this.row, 'network_id');
  }
  @Field({ description: 'Organisation that operates it.' })
  get operator(): string {
    return text(this.row, 'operator');
  }
  @Field(() => Int, { description: 'Length of its intervals in seconds.' })
  get intervalSeconds(): number {
    return this.row.interval_seconds as number;
  }
  @Field({ description: 'IANA time zone whose days its statements use.' })
  get timeZone(): string {
    return text(this.row, 'time_zone');
  }
  @Field(() => PriceMicrosPerMWh, {
    nullable: true,
    description: 'Highest community price in micros per MWh; null: no cap.',
  })
  get priceCap(): string | null {
    return textOrNull(this.row, 'price_cap');
  }
}

@ObjectType({ implements: Node, description: 'A meter of a participant on a network.' })
export class Connection extends Node {
  readonly kind = 'Connection';

  @Field({ description: 'Id of the meter, unique on the channel.' })
  get meterId(): string {
    return text(this.row, 'meter_id');
  }
  @Field({ description: 'Zone of the network.' })
  get zone(): string {
    return text(this.row, 'zone');
  }
  @Field({ description: 'Organisation that records and revises its readings.' })
  get meteringDataProvider(): string {
    return text(this.row, 'metering_data_provider');
  }
  @Field(() => PowerW, { description: 'Most that it may import, in W.' })
  get sanctionedLoadW(): string {
    return text(this.row, 'sanctioned_load_w');
  }
  @Field(() => PowerW, { description: 'Most that it may export, in W.' })
  get generationCapacityW(): string {
    return text(this.row, 'generation_capacity_w');
  }
  @Field(() => Instant, { description: 'First instant in force.' })
  get validFrom(): string {
    return text(this.row, 'valid_from');
  }
  @Field(() => Instant, { nullable: true, description: 'First instant no longer in force; null: open.' })
  get validTo(): string | null {
    return textOrNull(this.row, 'valid_to');
  }
}

export const ParticipantConnection = connectionOf(Participant, 'Participant');
export const NetworkConnection = connectionOf(Network, 'Network');
export const ConnectionConnection = connectionOf(Connection, 'Connection');
