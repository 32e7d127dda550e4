/** Blocks as the port gives them, made from what stands in the file. */
import { instant } from '../../schema/units.js';
import type { CommittedBlock, CommittedTransaction } from '../ledger.js';
import { VALID } from './commit-hash.js';
import {
  nextEnvelope,
  readEnvelope,
  TRANSACTION_KIND,
  transactionIdOf,
  type TransactionEnvelope,
} from './envelope.js';
import { corruptBlock, type StoredBlock } from './frame.js';
import type { KnownIdentity } from './identity.js';
import type { Roster } from './roster.js';
import { ByteReader } from './wire.js';

const NOTHING = new Uint8Array(0);

/** The transactions of a block, in order; its configuration stands before them. */
export function envelopesOf(block: StoredBlock): TransactionEnvelope[] {
  const data = new ByteReader(block.data, block.configurationBytes);
  const found: TransactionEnvelope[] = [];
  while (data.remaining > 0) {
    const { kind, fields } = nextEnvelope(data);
    if (kind !== TRANSACTION_KIND) throw corruptBlock(block.number);
    found.push(readEnvelope(fields));
  }
  if (found.length !== block.filter.length) throw corruptBlock(block.number);
  return found;
}

export function committedBlock(block: StoredBlock, roster: Roster): CommittedBlock {
  const { number, headerHash, previousHash, dataHash, size } = block;
  const transactions = envelopesOf(block).map((envelope, index) => {
    const creator = roster.identity(envelope.creator);
    const transactionId = transactionIdOf(envelope.nonce, creator.serialized);
    return committedTransaction(
      envelope,
      transactionId,
      creator,
      number,
      index,
      block.filter[index] === VALID,
    );
  });
  return { number, headerHash, previousHash, dataHash, size, transactions };
}

export function committedTransaction(
  envelope: TransactionEnvelope,
  transactionId: string,
  creator: KnownIdentity,
  block: number,
  index: number,
  valid: boolean,
): CommittedTransaction {
  return {
    transactionId,
    block,
    index,
    time: instant(envelope.timeMs),
    organisation: creator.organisation,
    role: creator.role,
    lane: envelope.lane,
    args: envelope.args,
    event: valid ? envelope.event : NOTHING,
    valid,
  };
}
