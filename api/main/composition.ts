/**
 * The composition root: which ledger, which database, and how projector and lanes hang on them. Opened from the
 * ledger up, closed from the lanes down.
 */
import { openGridbookLedger, type EmbeddedLedger, type Notice } from '../../network/embedded/index.js';
import type { Ledger } from '../../network/ledger.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { ORGANISATIONS } from '../demo/rules.js';
import { Lanes } from '../lanes/lanes.js';
import { Database } from '../readmodel/database.js';
import { Projector } from '../readmodel/projector.js';
import { makeFolder, type DataFolder } from './data-folder.js';
import { LedgerFiles } from './ledger-files.js';

/** What reads: a ledger's blocks and the read model made of them. */
export interface Reading {
  readonly ledger: Ledger & { readonly ledgerId: string };
  readonly database: Database;
  readonly projector: Projector;
  close(): Promise<void>;
}

/** What reads and writes. */
export interface Running extends Reading {
  readonly ledger: EmbeddedLedger;
  readonly lanes: Lanes;
}

export interface OpenOptions {
  readonly folder: DataFolder;
  /** Address of a PostgreSQL server; without it the read model lies in the folder. */
  readonly databaseUrl: string | undefined;
  readonly notice?: (notice: Notice) => void;
  /** Is told when projecting ends for a fault. */
  readonly onFailure?: (error: Error) => void;
  /** Work on the ledger that needs no read model yet; it goes on while the database opens. */
  readonly meanwhile?: (lanes: Lanes) => Promise<void>;
}

/** Opens a data folder for reading and writing; refused with `LedgerLockedError` while another process has it. */
export async function openRunning(options: OpenOptions): Promise<Running> {
  const { folder } = options;
  makeFolder(folder);
  // The ledger's lock guards the whole folder: the read model is not touched before it is held.
  const ledger = await openGridbookLedger({
    directory: folder.path,
    notice: options.notice,
    organisations: Object.values(ORGANISATIONS).map(({ organisation }) => organisation),
  });
  let database: Database | undefined;
  const lanes = new Lanes({
    ledger,
    events: TRADE_EVENTS,
    findByLeaf: async (lane, leaf) => (database ? findByLeaf(database, lane, leaf) : undefined),
  });
  const closing: (() => Promise<void>)[] = [() => ledger.close(), () => lanes.close()];
  try {
    const [opened] = await settledTogether(
      Database.open({ databaseUrl: options.databaseUrl, directory: folder.readModel }),
      options.meanwhile?.(lanes) ?? Promise.resolve(),
      (abandoned) => abandoned.close(),
    );
    database = opened;
    closing.splice(1, 0, () => opened.close());
    const projector = await startProjector(opened, ledger, options.onFailure);
    closing.splice(2, 0, () => projector.stop());
    return { ledger, lanes, database: opened, projector, close: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

/**
 * Opens a data folder's block file for reading, also beside a process that writes it, and projects it into a database
 * in memory.
 */
export async function openReading(
  folder: DataFolder,
  progress?: (done: number, total: number) => void,
): Promise<Reading> {
  const ledger = LedgerFiles.open(folder.path);
  const closing: (() => Promise<void>)[] = [() => ledger.close()];
  try {
    const database = await Database.open();
    closing.push(() => database.close());
    const projector = await startProjector(database, ledger);
    closing.push(() => projector.stop());
    await levelWith(projector, ledger.height(), progress);
    return { ledger, database, projector, close: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

function startProjector(
  database: Database,
  ledger: Ledger & { readonly ledgerId: string },
  onFailure?: (error: Error) => void,
): Promise<Projector> {
  return Projector.start({
    database,
    ledger,
    ledgerId: ledger.ledgerId,
    commands: TRADE_COMMANDS,
    events: TRADE_EVENTS,
    onFailure,
  });
}

/** Milliseconds between two looks at how far the projector is. */
const LOOK_MS = 100;

/** Waits until the read model shows that many blocks; throws what stopped the projector. */
export async function levelWith(
  projector: Projector,
  height: number,
  progress?: (done: number, total: number) => void,
): Promise<void> {
  const from = projector.height();
  const look = setInterval(() => progress?.(projector.height() - from, height - from), LOOK_MS);
  try {
    await projector.waitFor(height);
  } catch (error) {
    throw projector.failure ?? error;
  } finally {
    clearInterval(look);
  }
}

/** Both results; where either fails the other is waited for and, where it is a database, let go. */
async function settledTogether<A>(
  first: Promise<A>,
  second: Promise<void>,
  abandon: (first: A) => Promise<void>,
): Promise<[A]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'rejected') throw a.reason as Error;
  if (b.status === 'rejected') {
    await abandon(a.value);
    throw b.reason as Error;
  }
  return [a.value];
}

/** Last opened, first closed; all are tried, the first failure is told. */
async function closeAll(closing: (() => Promise<void>)[]): Promise<void> {
  let failure: unknown;
  for (const close of closing.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure as Error;
}

/** The transaction that is a leaf of a lane's log, so that a repeated command gets its first receipt (K1). */
async function findByLeaf(
  database: Database,
  lane: string,
  leaf: number,
): Promise<{ transactionId: string; block: number; index: number; timeMs: number } | undefined> {
  const row = await database.db
    .selectFrom('transaction')
    .select(['id', 'block', 'position', 'time'])
    .where('lane', '=', lane)
    .where('leaf', '=', String(leaf))
    .executeTakeFirst();
  if (!row) return undefined;
  return { transactionId: row.id, block: Number(row.block), index: row.position, timeMs: Number(row.time) };
}
