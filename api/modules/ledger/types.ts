import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Viewer } from '../../auth/viewer.js';
import { Instant } from '../../scalars.js';
import { countsAreTold } from '../../visibility/totals.js';
import { RoleEnum } from '../enums.js';
import { Node } from '../node.js';
import { connectionOf } from '../paging.js';
import { text, textOrNull, type Row } from '../row.js';

@ObjectType('Viewer', { description: 'Who asks, as the token says.' })
export class ViewerType {
  @Field({ description: 'Organisation that the bearer belongs to, or that hosts it.' })
  declare organisation: string;
  @Field(() => RoleEnum, { description: 'Role in which it asks.' })
  declare role: string;
  @Field(() => ID, {
    nullable: true,
    description: 'Node id of its participant; null where the role is not PARTICIPANT.',
  })
  declare participantId: string | null;
}

@ObjectType({
  implements: Node,
  description: 'A committed transaction: a batch of commands of one identity in one lane.',
})
export class Transaction extends Node {
  readonly kind = 'Transaction';
  private readonly hasCounts: boolean;
  constructor(row: Row, viewer: Viewer) {
    super(row);
    this.hasCounts = countsAreTold(viewer);
  }
  protected override parts(): string[] {
    return [text(this.row, 'id')];
  }
  @Field({ description: 'Id on the ledger, 64 hexadecimal digits.' })
  get transactionId(): string {
    return text(this.row, 'id');
  }
  @Field({ description: 'Number of its block, from 0.' })
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
  @Field(() => RoleEnum, { description: 'Role on its certificate.' })
  get role(): string {
    return text(this.row, 'role');
  }
  @Field({ name: 'lane', description: 'Lane: the host organisation that it belongs to.' })
  get laneName(): string {
    return text(this.row, 'lane');
  }
  @Field(() => String, {
    nullable: true,
    description: 'Number of its leaf in the lane’s log, from 0; null where it was not valid.',
  })
  get leaf(): string | null {
    return textOrNull(this.row, 'leaf');
  }
  @Field(() => String, {
    nullable: true,
    description: 'Root over its domain events, SHA-256 in hexadecimal; null where it was not valid.',
  })
  get eventRoot(): string | null {
    return textOrNull(this.row, 'event_root');
  }
  @Field({
    description:
      'Whether it was brought along from another ledger (rule K11): its time is that of the ledger it was brought ' +
      'from, as its host said; it was committed later.',
  })
  get recorded(): boolean {
    return this.row.recorded === true;
  }
  @Field({ description: 'Whether it passed validation.' })
  get valid(): boolean {
    return this.row.valid as boolean;
  }
  @Field(() => Int, {
    nullable: true,
    description: 'Number of commands in it; null for participants, whose neighbours’ they may be.',
  })
  get commands(): number | null {
    return this.hasCounts ? (this.row.commands as number) : null;
  }
  @Field(() => Int, {
    nullable: true,
    description: 'Number of its commands that were refused; null for participants.',
  })
  get refused(): number | null {
    return this.hasCounts ? (this.row.refused as number) : null;
  }
  @Field(() => Int, {
    nullable: true,
    description: 'Number of its commands that had been decided before; null for participants.',
  })
  get replayed(): number | null {
    return this.hasCounts ? (this.row.replayed as number) : null;
  }
}

@ObjectType({ description: 'The header of a block.' })
export class Block {
  constructor(private readonly row: Row) {}
  @Field({ description: 'Its number, from 0.' })
  get number(): string {
    return text(this.row, 'number');
  }
  @Field({ description: 'SHA-256 of the header’s DER form, hexadecimal.' })
  get headerHash(): string {
    return text(this.row, 'header_hash');
  }
  @Field({ description: 'Header hash of the block before it, hexadecimal.' })
  get previousHash(): string {
    return text(this.row, 'previous_hash');
  }
  @Field({ description: 'SHA-256 of its transactions’ envelopes, hexadecimal.' })
  get dataHash(): string {
    return text(this.row, 'data_hash');
  }
  @Field(() => Int, { description: 'Bytes as it is stored.' })
  get sizeBytes(): number {
    return this.row.size_bytes as number;
  }
  @Field(() => Int, { description: 'Number of transactions in it.' })
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
  @Field({
    description:
      'SHA-256 chained over all that the read model has applied up to readableHeight, hexadecimal: the same ' +
      'wherever the same blocks were applied.',
  })
  declare contentDigest: string;
  @Field({ description: 'Whether the read model stopped for a fault: answers are then of its last height.' })
  declare readModelStopped: boolean;
}

export const BlockConnection = connectionOf(Block, 'Block');
export const TransactionConnection = connectionOf(Transaction, 'Transaction');
