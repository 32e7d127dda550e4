import { Field, Int, ObjectType } from 'type-graphql';
import { Instant, MoneyMicros } from '../../scalars.js';
import { AccountKindEnum, UnitKindEnum } from '../enums.js';
import { Node } from '../node.js';
import { connectionOf } from '../paging.js';
import { text, textOrNull, type Row } from '../row.js';

@ObjectType({
  implements: Node,
  description: 'What accounts hold: dues in a currency, or a Sparkz series pegged to it.',
})
export class Unit extends Node {
  readonly kind = 'Unit';

  @Field(() => UnitKindEnum, { description: 'Dues, or local credit.' })
  get unitKind(): string {
    return text(this.row, 'kind');
  }
  @Field({ description: 'Organisation that issues or keeps it.' })
  get issuer(): string {
    return text(this.row, 'issuer');
  }
  @Field({ description: 'ISO 4217 code.' })
  get currency(): string {
    return text(this.row, 'currency');
  }
  @Field({ description: 'Region of the series.' })
  get region(): string {
    return text(this.row, 'region');
  }
  @Field(() => MoneyMicros, {
    nullable: true,
    description: 'Most that may be issued, in micros; null for dues.',
  })
  get ceilingMicros(): string | null {
    return this.unitKind === 'SPARKZ' ? text(this.row, 'ceiling') : null;
  }
  @Field(() => MoneyMicros, {
    nullable: true,
    description: 'Issued and not redeemed: minted − burned, in micros; null for dues.',
  })
  get issuedMicros(): string | null {
    return textOrNull(this.row, 'issued');
  }
}

@ObjectType({ implements: Node, description: 'An account; every posting to it is numbered.' })
export class Account extends Node {
  readonly kind = 'Account';

  @Field({ description: 'Number on the ledger.' })
  get number(): string {
    return text(this.row, 'number');
  }
  @Field(() => AccountKindEnum, { description: 'What it is for.' })
  get accountKind(): string {
    return text(this.row, 'kind');
  }
  @Field({ description: 'Organisation that owns it, or hosts its owner.' })
  get organisation(): string {
    return text(this.row, 'organisation');
  }
  @Field(() => MoneyMicros, {
    nullable: true,
    description: 'Least that balance − held may be, in micros; null: none.',
  })
  get floorMicros(): string | null {
    return textOrNull(this.row, 'floor');
  }
  @Field(() => MoneyMicros, { description: 'Sum of its postings, in micros.' })
  get balanceMicros(): string {
    return text(this.row, 'balance');
  }
  @Field(() => MoneyMicros, { description: 'Part of the balance that is held for others, in micros.' })
  get heldMicros(): string {
    return text(this.row, 'held');
  }
  @Field({ description: 'Number of postings so far.' })
  get postings(): string {
    return text(this.row, 'postings');
  }
}

@ObjectType({ description: 'One posting of an account.' })
export class Entry {
  constructor(readonly row: Row) {}
  @Field({ description: 'Its number in the account, from 1 without a gap.' })
  get sequence(): string {
    return text(this.row, 'sequence');
  }
  @Field(() => MoneyMicros, { description: 'Amount in micros; positive into the account.' })
  get amountMicros(): string {
    return text(this.row, 'amount');
  }
  @Field(() => MoneyMicros, { description: 'Balance after it, in micros.' })
  get balanceAfterMicros(): string {
    return text(this.row, 'balance_after');
  }
  @Field({ description: 'Command that made it.' })
  get command(): string {
    return text(this.row, 'command');
  }
  @Field(() => Int, { description: 'Position of the command in its transaction, from 0.' })
  get commandIndex(): number {
    return this.row.command_index as number;
  }
  @Field(() => Instant, { nullable: true, description: 'Start of the interval, where a settlement made it.' })
  get intervalStart(): string | null {
    return textOrNull(this.row, 'interval_start');
  }
}

@ObjectType({ implements: Node, description: 'An amount of an account that is reserved for a payee.' })
export class Hold extends Node {
  readonly kind = 'Hold';

  @Field(() => MoneyMicros, { description: 'What was reserved, in micros.' })
  get amountMicros(): string {
    return text(this.row, 'amount');
  }
  @Field(() => MoneyMicros, { description: 'What is still reserved, in micros; 0 where it has ended.' })
  get remainingMicros(): string {
    return text(this.row, 'remaining');
  }
  @Field(() => Instant, { description: 'From then on it can no longer be captured.' })
  get expiresAt(): string {
    return text(this.row, 'expires_at');
  }
  @Field({ description: 'What it serves.' })
  get purpose(): string {
    return text(this.row, 'purpose');
  }
}

@ObjectType({ description: 'What a dues account could not carry: owed to the host.' })
export class Receivable {
  constructor(readonly row: Row) {}
  @Field(() => Instant, { description: 'Start of the interval whose settlement raised it.' })
  get intervalStart(): string {
    return text(this.row, 'start');
  }
  @Field(() => MoneyMicros, { description: 'What was owed, in micros.' })
  get amountMicros(): string {
    return text(this.row, 'amount');
  }
  @Field(() => Instant, { description: 'When it is due.' })
  get dueAt(): string {
    return text(this.row, 'due_at');
  }
}

export const UnitConnection = connectionOf(Unit, 'Unit');
export const AccountConnection = connectionOf(Account, 'Account');
export const EntryConnection = connectionOf(Entry, 'Entry');
export const HoldConnection = connectionOf(Hold, 'Hold');
export const ReceivableConnection = connectionOf(Receivable, 'Receivable');
