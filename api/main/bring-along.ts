/**
 * From trial to network: every transaction that an embedded ledger recorded is given to a new channel in its order, as of
 * its time, signed anew by the organisation and role that gave it, and must come to the same event (K11).
 */
import type { FabricLedger } from '../../network/fabric/index.js';
import type { CommittedTransaction, Ledger } from '../../network/ledger.js';
import { historyKey } from '../../schema/contract.js';
import { CommandFailure, EXIT } from './exit.js';

export interface History {
  /** The ledger that recorded it; nobody writes to it any more. */
  readonly from: Ledger;
  /** Digest of its state, hex. */
  readonly digest: string;
}

export interface Brought {
  readonly transactions: number;
  /** Those that an earlier run had brought. */
  readonly before: number;
  readonly lanes: readonly string[];
}

/** Goes on where an earlier run ended; refuses a channel that anything else was given to. */
export async function bringAlong(
  { from, digest }: History,
  to: FabricLedger,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Brought> {
  const recorded = await transactionsOf(from);
  requireSigners(recorded, to);
  const here = await transactionsOf(to);
  const isHistory = here.every((each, i) => isSame(each, recorded[i]));
  if (!isHistory) {
    throw new CommandFailure(
      'The channel has other transactions already: a chain is brought into a new one, `network up --dir` another folder.',
      EXIT.usage,
    );
  }
  for (let at = here.length; at < recorded.length; at++) {
    if (signal.aborted)
      throw new CommandFailure('Interrupted; the same command goes on there.', EXIT.interrupted);
    const { lane, organisation, role, args, time, event, block, index } = recorded[at];
    const committed = await to.bring({ lane, identity: { organisation, role }, args }, time);
    if (!Buffer.from(committed.event).equals(event))
      fail(`transaction ${index} of block ${block} came to another event than it was recorded with`);
    progress(at + 1, recorded.length);
  }
  const come = await to.stateDigest();
  if (come !== digest) fail(`its state has the digest ${come}, and that of the ledger is ${digest}`);
  const lanes = [...new Set(recorded.map(({ lane }) => lane))];
  for (const lane of lanes) await end(to, lane, digest);
  return { transactions: recorded.length, before: here.length, lanes };
}

async function transactionsOf(ledger: Ledger): Promise<CommittedTransaction[]> {
  const found: CommittedTransaction[] = [];
  const height = ledger.height();
  if (height === 0) return found;
  for await (const { number, transactions } of ledger.blocks(0)) {
    found.push(...transactions.filter(({ valid }) => valid));
    if (number + 1 >= height) break;
  }
  return found;
}

function requireSigners(recorded: readonly CommittedTransaction[], to: FabricLedger): void {
  const missing = [...new Set(recorded.map(({ organisation }) => organisation))].filter(
    (name) => !to.signers.includes(name),
  );
  if (missing.length === 0) return;
  throw new CommandFailure(
    `The chain has transactions of ${missing.join(', ')}, whose keys are not in the folder of the network; ` +
      '`network up --orgs 4` has all organisations of the demonstration.',
    EXIT.usage,
  );
}

const isSame = (here: CommittedTransaction, recorded: CommittedTransaction | undefined): boolean =>
  recorded !== undefined &&
  here.isRecorded === true &&
  here.time === recorded.time &&
  here.organisation === recorded.organisation &&
  Buffer.from(here.args).equals(recorded.args);

/** A lane's history is ended once; by an earlier run of the same chain is as good. */
async function end(to: FabricLedger, lane: string, digest: string): Promise<void> {
  const record = await to.readState(historyKey(lane));
  if (record && Buffer.from(record).includes(digest)) return;
  await to.endHistory(lane, digest);
}

function fail(what: string): never {
  throw new CommandFailure(
    `The channel does not come to what the ledger has, and is not to be used: ${what}.`,
    EXIT.failed,
  );
}
