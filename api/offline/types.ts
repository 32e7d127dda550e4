/** What the three mutations answer by which an organisation signs for itself. */
import { createHash } from 'node:crypto';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Prepared } from '../../network/ledger.js';
import { LIMITS } from '../../schema/limits.js';
import { Receipt, UserError } from '../mutations/payload.js';
import { Base64, Instant, Uuid } from '../scalars.js';

@ObjectType({ description: 'Bytes to be signed by whoever keeps the key.' })
export class BytesToSign {
  constructor(private readonly prepared: Prepared) {}
  @Field(() => Base64, {
    description:
      'What is signed, and sent back with the signature as it is. Read it first: network/fabric/OFFLINE.md says how.',
  })
  get bytes(): Uint8Array {
    return this.prepared.bytes;
  }
  @Field({ description: 'SHA-256 of the bytes, hexadecimal: what ECDSA signs.' })
  get digest(): string {
    return createHash('sha256').update(this.prepared.bytes).digest('hex');
  }
  @Field({ description: 'Id that the transaction has on the ledger, 64 hexadecimal digits.' })
  get transactionId(): string {
    return this.prepared.transactionId;
  }
  @Field(() => Instant, {
    description: 'When it can no longer be endorsed or committed: 10 minutes after it was prepared.',
  })
  get expiresAt(): number {
    return this.prepared.time + LIMITS.preparationMs;
  }
}

const WHY = 'Why it was refused; empty where it was not.';
const FRESH =
  'With STALE_PREPARATION, the same batch as a fresh proposal: it is signed and endorsed as the first one was.';

@ObjectType({ description: 'Outcome of offlineBatchPrepare.' })
export class OfflineBatchPreparePayload {
  @Field(() => [UserError], { description: WHY })
  declare userErrors: UserError[];
  @Field(() => BytesToSign, {
    nullable: true,
    description: 'The proposal, to be signed for offlineBatchEndorse; null where it was refused.',
  })
  declare proposal?: BytesToSign;
}

@ObjectType({ description: 'Outcome of offlineBatchEndorse.' })
export class OfflineBatchEndorsePayload {
  @Field(() => [UserError], { description: WHY })
  declare userErrors: UserError[];
  @Field(() => BytesToSign, {
    nullable: true,
    description: 'The endorsed transaction, to be signed for offlineBatchSubmit; null where it was refused.',
  })
  declare transaction?: BytesToSign;
  @Field(() => BytesToSign, { nullable: true, description: FRESH })
  declare proposal?: BytesToSign;
}

@ObjectType({ description: 'Where a batch stands on the ledger.' })
export class BatchReceipt {
  @Field({ description: 'Id of the transaction.' })
  declare transactionId: string;
  @Field({ description: 'Number of its block.' })
  declare block: string;
  @Field(() => Int, { description: 'Position of the transaction in its block.' })
  declare position: number;
  @Field({
    description:
      'Number of blocks from which on a query shows it: give it in the header gridbook-min-height.',
  })
  declare height: string;
  @Field(() => Instant, { description: 'Time of the transaction: when it was prepared.' })
  declare time: number;
}

@ObjectType({ description: 'What became of one command of a batch.' })
export class OfflineCommandResult {
  @Field({ description: 'Name of the command.' })
  declare command: string;
  @Field(() => Uuid, { description: 'Its key.' })
  declare idempotencyKey: string;
  @Field(() => [UserError], { description: 'Why it was refused; empty where it was applied.' })
  declare userErrors: readonly UserError[];
  @Field(() => Receipt, {
    description: 'Where it stands on the ledger: for one that was decided before, where it was.',
  })
  declare receipt: Receipt;
  @Field(() => ID, {
    nullable: true,
    description: 'Node id of the record that it made or added to; null where it made none.',
  })
  declare id: string | null;
}

@ObjectType({ description: 'Outcome of offlineBatchSubmit.' })
export class OfflineBatchSubmitPayload {
  @Field(() => [UserError], { description: WHY })
  declare userErrors: UserError[];
  @Field(() => BatchReceipt, {
    nullable: true,
    description: 'Where the batch stands; the same again for a repeated call. Null where it was refused.',
  })
  declare receipt?: BatchReceipt;
  @Field(() => [OfflineCommandResult], {
    description: 'A result a command, in the order of the batch; none where the batch was refused.',
  })
  declare results: OfflineCommandResult[];
  @Field(() => BytesToSign, { nullable: true, description: FRESH })
  declare proposal?: BytesToSign;
}
