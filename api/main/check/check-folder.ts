/**
 * Proves a data folder from its files alone, read-only, also beside a process that writes them: the chain and its
 * signatures, the rules run anew, the views derived anew, and the conservation rules over all of it.
 */
import {
  replayGridbookLedger,
  verifyFiles,
  type VerificationReport,
} from '../../../network/embedded/index.js';
import { openReading, type Reading } from '../composition.js';
import type { DataFolder } from '../data-folder.js';
import { showProgress } from '../progress.js';
import type { Terminal } from '../terminal.js';
import { ACCOUNTS } from './accounts.js';
import { BILLS } from './bills.js';
import { ENERGY } from './energy.js';
import type { Proven } from './proof.js';

/** What is told of the ledger; the state store is one of a folder, peers are those of a network. */
export type LedgerFacts = Omit<VerificationReport, 'store'> & {
  readonly store?: VerificationReport['store'];
  readonly peers?: readonly string[];
};

export interface CheckReport {
  readonly ledger: LedgerFacts;
  readonly proven: readonly Proven[];
}

/** All that is proven over the views. */
export const PROOFS = [...ENERGY, ...ACCOUNTS, ...BILLS];

/** Proves everything; throws what names the first difference. */
export async function checkFolder(
  folder: DataFolder,
  terminal: Terminal,
  told: (proven: Proven) => void,
): Promise<CheckReport> {
  const proven: Proven[] = [];
  const hold = (entry: Proven): void => {
    proven.push(entry);
    told(entry);
  };
  const ledger = await watched(terminal, 'Verifying hashes and signatures', 'blocks', (progress) =>
    verifyFiles(folder.path, { progress }),
  );
  hold({
    rule: 'chain',
    what: 'every frame, link, data hash, signature, validation code and commit hash',
    count: BigInt(ledger.height),
    unit: 'block',
  });
  const replay = await watched(terminal, 'Running the rules anew', 'blocks', (progress) =>
    replayGridbookLedger(folder.path, { progress }),
  );
  hold({
    rule: 'K7',
    what: 'the rules, run anew on each transaction, read and write the same bytes and emit the same event',
    count: BigInt(replay.replayed),
    unit: 'transaction',
  });
  const reading = await watched(terminal, 'Deriving the views', 'blocks', (progress) =>
    openReading({ folder }, progress),
  );
  try {
    await proveViews(reading, hold);
  } finally {
    await reading.close();
  }
  return { ledger, proven };
}

/** What holds over the views of a ledger, whichever engine has it. */
export async function proveViews(reading: Reading, hold: (proven: Proven) => void): Promise<void> {
  hold({
    rule: 'K6',
    what: 'views derived from arguments and events, balances compared with every committed page digest',
    count: BigInt(reading.ledger.height()),
    unit: 'block',
  });
  for (const proof of PROOFS) {
    const count = await reading.database.transaction((session) => proof.prove(session));
    hold({ rule: proof.rule, what: proof.what, unit: proof.unit, count });
  }
}

export async function watched<T>(
  terminal: Terminal,
  what: string,
  unit: string,
  work: (progress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = showProgress(terminal, what, unit);
  try {
    return await work((done, total) => progress.update(done, total));
  } finally {
    progress.end();
  }
}
