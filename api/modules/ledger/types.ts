import { Field, Int, ObjectType } from 'type-graphql';
import { Instant } from '../../scalars.js';
import { Node, text, textOrNull } from '../node.js';
import type { Row } from '../paging.js';
import { RoleEnum } from '../enums.js';

@ObjectType({
  implements: Node,
  description: 'A committed transaction: a batch of commands of one identity in one lane.',
})
export class Transaction extends Node {
  readonly kind = 'Transaction';
  constructor(row: Row) {
    super(row, 'Transaction', text(row, 'id'));
  }
  @Field({ description: 'Id on the ledger, 64 hexadecimal digits.' })
  get transactionId(): string {
    return text(this.row, 'id');
  }
  @Field({ description: 'Number of its block.' })
  get block(): string {
    return text(this.row, 'block');
  }
  @Field(() => Int, { description: 'Position in its block, from 0.' })
  get position(): number {
    return this.row.position as number;
  }
  @Field(() => Instant, { description: 'Time that its client gave it.' })
  get time(): string {
    return text(this.row, 'time');
  }
  @Field(() => Instant, { description: 'Ledger time of its lane, by which deadlines are read.' })
  get ledgerTime(): string {
    return text(this.row, 'ledger_time');
  }
  @Field({ description: 'Organisation that signed it.' })
  get organisation(): string {
    return text(this.row, 'organisation');
  }
  @Field(() => RoleEnum, { nullable: true, description: 'Role on its certificate.' })
  get role(): string {
    return text(this.row, 'role');
  }
  @Field({ name: 'lane', description: 'Lane: the host organisation that it belongs to.' })
  get laneName(): string {
    return text(this.row, 'lane');
  }
  @Field(() => String, {
    nullable: true,
    description: 'Its leaf in the lane’s log; null where it was not valid.',
  })
  get leaf(): string | null {
    return textOrNull(this.row, 'leaf');
  }
  @Field(() => String, { nullable: true, description: 'Root over its domain events, hexadecimal.' })
  get eventRoot(): string | null {
    return textOrNull(this.row, 'event_root');
  }
  @Field({ description: 'Whether it passed validation.' })
  get valid(): boolean {
    return this.row.valid as boolean;
  }
  @Field(() => Int, { description: 'Commands in it.' })
  get commands(): number {
    return this.row.commands as number;
  }
  @Field(() => Int, { description: 'Commands of it that were refused.' })
  get refused(): number {
    return this.row.refused as number;
  }
}

@ObjectType({ description: 'The header of a block.' })
export class Block {
  constructor(private readonly row: Row) {}
  @Field({ description: 'From 0.' })
  get number(): string {
    return text(this.row, 'number');
  }
  @Field({ description: 'SHA-256 of the header’s DER form, hexadecimal.' })
  get headerHash(): string {
    return text(this.row, 'header_hash');
  }
  @Field({ description: 'Header hash of the block before it.' })
  get previousHash(): string {
    return text(this.row, 'previous_hash');
  }
  @Field({ description: 'SHA-256 of its transactions’ envelopes.' })
  get dataHash(): string {
    return text(this.row, 'data_hash');
  }
  @Field(() => Int, { description: 'Bytes as it is stored.' })
  get sizeBytes(): number {
    return this.row.size_bytes as number;
  }
  @Field(() => Int, { description: 'Transactions in it.' })
  get transactions(): number {
    return this.row.transactions as number;
  }
}

@ObjectType({ description: 'Where the ledger and its read model stand.' })
export class LedgerInfo {
  @Field({ description: 'Engine that orders blocks: embedded or fabric.' })
  declare engine: string;
  @Field({ description: 'Number of committed blocks.' })
  declare height: string;
  @Field({ description: 'Number of blocks whose figures are readable.' })
  declare readableHeight: string;
  @Field({ description: 'Whether the read model stopped for a fault: answers are then of its last height.' })
  declare readModelStopped: boolean;
}
