/**
 * The composition root: which ledger, which database, and how projector and lanes hang on them. Opened from the
 * ledger up, closed from the lanes down.
 */
import { lockFolder, openGridbookLedger, type Notice } from '../../network/embedded/index.js';
import type { FabricLedger } from '../../network/fabric/index.js';
import type { IdentityRef, Ledger } from '../../network/ledger.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { ORGANISATIONS } from '../demo/rules.js';
import { Lanes } from '../lanes/lanes.js';
import { Database } from '../readmodel/database.js';
import { Projector } from '../readmodel/projector.js';
import { dropReadModel } from '../readmodel/rebuild.js';
import { hasLedger, makeFolder, type DataFolder } from './data-folder.js';
import { CommandFailure, EXIT } from './exit.js';
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
  readonly lanes: Lanes;
}

export interface OpenOptions {
  readonly folder: DataFolder;
  /** Address of a PostgreSQL server; without it the read model lies in the folder. */
  readonly databaseUrl: string | undefined;
  /** How long a server lets a statement of a reader run, in ms; without end where it is absent. */
  readonly statementMs?: number;
  readonly notice?: (notice: Notice) => void;
  /** Is told when projecting ends for a fault. */
  readonly onFailure?: (error: Error) => void;
  /** Folder of the Fabric network whose channel is the ledger; the embedded ledger of the data folder without it. */
  readonly network?: string;
  /** Organisations of that network that keep their keys. */
  readonly signThemselves?: readonly string[];
  /** Whether the read model is dropped first, and made anew from block 0. */
  readonly anew?: boolean;
  /** Work on the ledger that needs no read model yet; it goes on while the database opens. */
  readonly meanwhile?: (lanes: Lanes, provider: IdentityRef, ledger: Ledger) => Promise<void>;
}

/** A ledger that was opened, and what the demonstration must know of it. */
interface Opened {
  readonly ledger: Reading['ledger'];
  /** Who may record readings on it. */
  readonly provider: IdentityRef;
  close(): Promise<void>;
}

/** Opens a data folder for reading and writing; refused with `LedgerLockedError` while another process has it. */
export async function openRunning(options: OpenOptions): Promise<Running> {
  const { folder } = options;
  const opened =
    options.network === undefined
      ? await openEmbedded(options)
      : await openFabric(options.network, folder, options.signThemselves);
  const { ledger } = opened;
  let database: Database | undefined;
  const lanes = new Lanes({
    ledger,
    events: TRADE_EVENTS,
    findByLeaf: async (lane, leaf) => (database ? findByLeaf(database, lane, leaf) : undefined),
  });
  const closing: (() => Promise<void>)[] = [() => opened.close(), () => lanes.close()];
  try {
    const where = { databaseUrl: options.databaseUrl, directory: folder.readModel };
    // Only now that the folder is held: a read model in use is not touched.
    if (options.anew) await dropReadModel(where);
    const [data] = await settledTogether(
      Database.open({ ...where, statementMs: options.statementMs }),
      options.meanwhile?.(lanes, opened.provider, ledger) ?? Promise.resolve(),
      (abandoned) => abandoned.close(),
    );
    database = data;
    closing.splice(1, 0, () => data.close());
    const projector = await startProjector(data, ledger, options.onFailure);
    closing.splice(2, 0, () => projector.stop());
    return { ledger, lanes, database: data, projector, close: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

async function openEmbedded({ folder, notice }: OpenOptions): Promise<Opened> {
  makeFolder(folder);
  // The ledger's lock guards the whole folder: the read model is not touched before it is held.
  const ledger = await openGridbookLedger({
    ...{ directory: folder.path, notice },
    organisations: Object.values(ORGANISATIONS).map(({ organisation }) => organisation),
  });
  return { ledger, provider: ORGANISATIONS.provider, close: () => ledger.close() };
}

/** Loaded where it is used: gRPC and the gateway's library take a while. */
export async function openChannel(
  network: string,
  signThemselves: readonly string[] = [],
): Promise<FabricLedger> {
  const { FabricLedger } = await import('../../network/fabric/index.js');
  return FabricLedger.open(network, { signThemselves });
}

/** The channel of a network; the data folder has the read model and local keys, and is locked all the same. */
async function openFabric(
  network: string,
  folder: DataFolder,
  signThemselves: readonly string[] = [],
): Promise<Opened> {
  if (hasLedger(folder)) {
    throw new CommandFailure(
      `${folder.path} holds an embedded ledger and its read model; name another folder with --data for what is ` +
        "read from the network's channel.",
      EXIT.usage,
    );
  }
  makeFolder(folder);
  const lock = await lockFolder(folder.lock);
  try {
    const ledger = await openChannel(network, signThemselves);
    const { provider, operator } = ORGANISATIONS;
    const isApart = ledger.organisations.includes(provider.organisation);
    return {
      ledger,
      // Where the network has no organisation for it, its operator records the readings.
      provider: isApart ? provider : { ...provider, organisation: operator.organisation },
      close: () => ledger.close().finally(() => lock.release()),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Opens a data folder's block file for reading, or a network's channel, also beside a process that writes it, and
 * projects it into a database in memory.
 */
export async function openReading(
  { folder, network }: Pick<OpenOptions, 'folder' | 'network'>,
  progress?: (done: number, total: number) => void,
): Promise<Reading> {
  return readOff(
    network === undefined ? LedgerFiles.open(folder.path) : await openChannel(network),
    progress,
  );
}

/** Projects an open ledger into a database in memory; the ledger is closed with it. */
export async function readOff(
  ledger: Reading['ledger'],
  progress?: (done: number, total: number) => void,
): Promise<Reading> {
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
  const look = setInterval(() => progress?.(projector.read() - from, height - from), LOOK_MS);
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
