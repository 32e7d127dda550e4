/** Running recorded transactions anew: the same arguments on the same state must give the same bytes (K7). */
import type { Chaincode, Creator } from '../../chaincode/kernel/state-port.js';
import { BlockFile } from './block-file.js';
import { VALID } from './commit-hash.js';
import { envelopesOf } from './committed-block.js';
import { transactionIdOf, type Simulation, type TransactionEnvelope, type Version } from './envelope.js';
import { LedgerVerificationError, type Place } from './errors.js';
import { layoutOf } from './layout.js';
import { formatOf, otherFormat } from './page-format.js';
import { Roster } from './roster.js';
import { simulate, type VersionedValue } from './simulate.js';
import { StateDigest } from './state-digest.js';
import { readTip } from './tip.js';
import type { VerifyOptions } from './verify.js';

/** What has to be known of a transaction to run it anew, whichever engine recorded it. */
export interface RecordedTransaction {
  readonly transactionId: string;
  readonly timeMs: number;
  readonly creator: Creator;
  readonly args: Uint8Array;
}

/** What a transaction was recorded to have done; keys ascending. */
export interface RecordedOutcome {
  readonly reads: readonly { readonly key: string }[];
  readonly writes: readonly { readonly key: string; readonly value: Uint8Array }[];
  readonly event: Uint8Array;
}

/** A chaincode on a state in memory, fed with recorded transactions; also with those of a Fabric channel. */
export class Replay {
  private readonly state = new Map<string, VersionedValue>();

  constructor(private readonly chaincode: Chaincode) {}

  /** Runs a transaction on the state as it is; nothing is written yet. */
  run(transaction: RecordedTransaction): Promise<Simulation> {
    return simulate(this.chaincode, { ...transaction, get: (key) => this.state.get(key) });
  }

  /** Writes what a valid transaction wrote. */
  apply({ writes }: Pick<RecordedOutcome, 'writes'>, version: Version): void {
    for (const { key, value } of writes) this.state.set(key, { ...version, value });
  }

  get(key: string): Uint8Array | undefined {
    return this.state.get(key)?.value;
  }

  /** Digest over all keys and values, as `Ledger.stateDigest`. */
  stateDigest(): string {
    const digest = new StateDigest();
    const keys = [...this.state.keys()].map((key) => Buffer.from(key)).sort((a, b) => a.compare(b));
    for (const key of keys) digest.add(key.toString(), this.state.get(key.toString())!.value);
    return digest.hex();
  }
}

export interface ReplayReport {
  /** Number of blocks. */
  readonly height: number;
  /** Transactions that were run anew; one that was not valid changed nothing and is passed over. */
  readonly replayed: number;
  readonly stateDigest: string;
}

/** Runs every valid transaction of a data folder anew; throws a `LedgerVerificationError` at the first difference. */
export async function replayThroughChaincode(
  directory: string,
  chaincode: Chaincode,
  options: VerifyOptions = {},
): Promise<ReplayReport> {
  const layout = layoutOf(directory);
  const tip = readTip(layout.tip);
  const { file } = BlockFile.open(layout.blocks, tip === 'damaged' ? undefined : tip, { readOnly: true });
  try {
    const replay = new Replay(chaincode);
    const roster = new Roster();
    let replayed = 0;
    for (let number = 0; number < file.height; number++) {
      const block = await file.read(number);
      roster.add(block.data.subarray(0, block.configurationBytes));
      for (const [index, envelope] of envelopesOf(block).entries()) {
        if (block.filter[index] !== VALID) continue;
        await replayRecorded(replay, transactionOf(envelope, roster), envelope, {
          ...{ block: number, transaction: index },
        });
        replay.apply(envelope, { block: number, index });
        replayed++;
      }
      options.progress?.(number + 1, file.height);
    }
    return { height: file.height, replayed, stateDigest: replay.stateDigest() };
  } finally {
    file.close();
  }
}

function transactionOf(recorded: TransactionEnvelope, roster: Roster): RecordedTransaction {
  const { organisation, role, serialized } = roster.identity(recorded.creator);
  return {
    transactionId: transactionIdOf(recorded.nonce, serialized),
    timeMs: recorded.timeMs,
    creator: { organisation, role },
    args: recorded.args,
  };
}

/** Runs a transaction anew and compares; nothing is written yet. */
export async function replayRecorded(
  replay: Replay,
  transaction: RecordedTransaction,
  recorded: RecordedOutcome,
  place: Place,
): Promise<void> {
  let again: Simulation;
  try {
    again = await replay.run(transaction);
  } catch (error) {
    throw new LedgerVerificationError('the chaincode refuses what it had accepted', place, { cause: error });
  }
  compareKeys('reads', recorded.reads, again.reads, place);
  compareKeys('writes', recorded.writes, again.writes, place);
  recorded.writes.forEach(({ key, value }, i) => {
    if (Buffer.from(value).equals(again.writes[i].value)) return;
    const [format, known] = [formatOf(value), formatOf(again.writes[i].value)];
    // Written by another version, and no forgery.
    if (format !== undefined && known !== undefined && format !== known)
      throw otherFormat(format, known, { ...place, key });
    differs('writes another value', { ...place, key });
  });
  if (!Buffer.from(recorded.event).equals(again.event)) differs('emits another event', place);
}

function compareKeys(
  verb: string,
  recorded: readonly { readonly key: string }[],
  again: readonly { readonly key: string }[],
  place: Place,
): void {
  for (let i = 0; i < Math.max(recorded.length, again.length); i++) {
    const key = recorded[i]?.key;
    if (key !== again[i]?.key) differs(`${verb} other keys`, { ...place, key: key ?? again[i].key });
  }
}

function differs(what: string, place: Place): never {
  throw new LedgerVerificationError(`the chaincode, run anew, ${what}`, place);
}
