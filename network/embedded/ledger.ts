/**
 * The single-node ledger. One node, no consensus; but Fabric's rules that matter: simulation on a snapshot, versioned
 * read sets checked at commit, blocks with Fabric's header and data hashes, real certificates and signatures.
 *
 * A data folder holds `ledger/`:
 * - `blocks.bin`   the blocks, append-only; everything else but the private keys follows from it (FORMAT.md)
 * - `tip`          height and hash of the last acknowledged block, so that a lost end is noticed
 * - `state/`       derived state (LevelDB); rebuilt where it is missing, behind or damaged
 * - `identities/`  authority and keys of each organisation
 * - `lock/`        held while a process has the folder open
 */
import type { Chaincode } from '../../chaincode/kernel/state-port.js';
import { GridbookError } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import type { CommittedBlock, CommittedTransaction, Ledger, TransactionRequest } from '../ledger.js';
import { makeFolder } from '../make-folder.js';
import { BlockFile, type DiskCalls } from './block-file.js';
import { BlockStreams } from './block-stream.js';
import { committedBlock } from './committed-block.js';
import { LedgerIdentityError } from './errors.js';
import { createIfNew } from './genesis.js';
import { authoritiesIn, IdentityStore } from './identities.js';
import type { SigningIdentity } from './identity.js';
import { layoutOf } from './layout.js';
import { lockFolder, type FolderLock } from './lock.js';
import type { Notice } from './notice.js';
import { Orderer } from './orderer.js';
import { restoreState } from './restore-state.js';
import { Roster } from './roster.js';
import type { State } from './state.js';
import { readTip, TipWriter } from './tip.js';
import { prepare } from './transaction.js';

export interface EmbeddedLedgerOptions {
  /** The data folder; made where it is missing. */
  readonly directory: string;
  readonly chaincode: Chaincode;
  /** Time of transactions, in ms since 1970; the machine's clock where it is not given. */
  readonly clock?: () => number;
  /** Hears what opening and running find worth saying. */
  readonly notice?: (notice: Notice) => void;
  /** Organisations to stand in block 0 of a new ledger; others follow when they first sign. */
  readonly organisations?: readonly string[];
  /** Bytes of state values kept in memory; 96 MB where it is not given. */
  readonly cacheBytes?: number;
  /** The calls that reach the disk; for tests of broken ones. */
  readonly disk?: DiskCalls;
  /** How long after the state store failed it is tried again, in ms; 1,000 where it is not given. */
  readonly retryMs?: number;
}

const CACHE_BYTES = 96 * 1024 * 1024;
const RETRY_MS = 1000;

interface Parts {
  readonly lock: FolderLock;
  readonly file: BlockFile;
  readonly tip: TipWriter;
  readonly roster: Roster;
  readonly identities: IdentityStore;
  readonly node: SigningIdentity;
  readonly clock: () => number;
  readonly state: State;
  readonly restore: () => Promise<State>;
}

export class EmbeddedLedger implements Ledger {
  readonly engine = 'embedded';
  private readonly streams: BlockStreams;
  private readonly orderer: Orderer;
  private state: State;
  private inHand = 0;
  private idle: (() => void) | undefined;
  private closing: Promise<void> | undefined;
  private recovery: Promise<void> | undefined;
  private recoveryFailedAt = -Infinity;

  private constructor(
    private readonly options: EmbeddedLedgerOptions,
    private readonly parts: Parts,
  ) {
    const { file, tip, roster, node } = parts;
    this.state = parts.state;
    this.streams = new BlockStreams(
      () => file.height,
      async (number) => committedBlock(await file.read(number), roster),
    );
    const notice = options.notice ?? (() => undefined);
    this.orderer = new Orderer({
      file,
      tip,
      roster,
      node,
      notice,
      streams: this.streams,
      state: () => this.state,
    });
  }

  /**
   * Opens a ledger, or makes a new one. A folder in use is refused with `LedgerLockedError`; damaged or truncated
   * blocks with `LedgerCorruptError` or `LedgerTruncatedError`; missing keys with `LedgerIdentityError`.
   */
  static async open(options: EmbeddedLedgerOptions): Promise<EmbeddedLedger> {
    const layout = layoutOf(options.directory);
    const clock = options.clock ?? Date.now;
    const notice = options.notice ?? (() => undefined);
    makeFolder(layout.root, 0o700);
    const lock = await lockFolder(layout.lock);
    let file: BlockFile | undefined;
    let tipWriter: TipWriter | undefined;
    try {
      const identities = new IdentityStore(layout.identities, clock);
      await createIfNew(layout, identities, options.organisations ?? [], clock());
      const tip = readTip(layout.tip);
      const witness = tip === 'damaged' ? undefined : tip;
      const opened = BlockFile.open(layout.blocks, witness, { disk: options.disk });
      file = opened.file;
      const blocks = opened.file;
      const roster = new Roster();
      for (const configuration of opened.configurations) roster.add(configuration);
      const node = await nodeOf(roster, identities, layout.identities);
      const restore = (witnessed: boolean): Promise<State> =>
        restoreState({
          folder: layout.state,
          file: blocks,
          ledgerId: roster.ledgerId,
          cacheBytes: options.cacheBytes ?? CACHE_BYTES,
          notice,
          witnessed,
        });
      const state = await restore(witness !== undefined);
      opened.cutTornTail();
      if (opened.tornBytes > 0) {
        notice({
          code: 'TAIL_CUT',
          message: `An unfinished append of ${opened.tornBytes} bytes was cut off.`,
        });
      }
      if (tip === 'damaged')
        notice({ code: 'TIP_REPLACED', message: 'The witness of the last block is written anew.' });
      tipWriter = new TipWriter(layout.tip, { height: file.height, headerHash: file.headerHash });
      const parts = {
        lock,
        file,
        tip: tipWriter,
        roster,
        identities,
        node,
        clock,
        state,
        restore: () => restore(true),
      };
      return new EmbeddedLedger(options, parts);
    } catch (error) {
      tipWriter?.close();
      file?.close();
      await lock.release();
      throw error;
    }
  }

  /** The ledger's id, random, in lower-case hex. */
  get ledgerId(): string {
    return this.parts.roster.ledgerId.toString('hex');
  }

  /**
   * Commits one transaction (network/ledger.ts). `timeMs` is the time that its client gives it, the clock's where it
   * is not given; one more than 15 minutes from the clock is refused with TIME_SKEW.
   */
  async submit(request: TransactionRequest, timeMs?: number): Promise<CommittedTransaction> {
    if (this.closing) throw new GridbookError('LEDGER_UNAVAILABLE');
    this.inHand++;
    try {
      if (request.args.length > LIMITS.argumentBytes) throw new GridbookError('ARGUMENTS_TOO_LARGE');
      const now = this.parts.clock();
      const time = timeMs ?? now;
      if (Math.abs(time - now) > LIMITS.timeSkewMs) throw new GridbookError('TIME_SKEW');
      if (this.state.failure) await this.recover(this.state.failure);
      const found = this.parts.identities.client(request.identity.organisation, request.identity.role);
      const signer = found instanceof Promise ? await this.available(found) : found;
      const { roster, node } = this.parts;
      const parties = {
        ledgerId: roster.ledgerId,
        node,
        chaincode: this.options.chaincode,
        state: this.state,
      };
      return await this.orderer.order(await prepare(parties, signer, request, time));
    } finally {
      this.inHand--;
      if (this.inHand === 0) this.idle?.();
    }
  }

  blocks(from: number, signal?: AbortSignal): AsyncIterable<CommittedBlock> {
    return this.streams.blocks(from, signal);
  }

  height(): number {
    return this.parts.file.height;
  }

  async readState(key: string): Promise<Uint8Array | undefined> {
    return this.state.get(key)?.value;
  }

  stateDigest(): Promise<string> {
    return this.state.digest();
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    if (this.inHand > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    await this.orderer.idle();
    this.streams.end();
    try {
      await this.state.close();
    } finally {
      this.parts.tip.close();
      this.parts.file.close();
      await this.parts.lock.release();
    }
  }

  /** A key that cannot be written (a full disk) refuses the transaction like a block that cannot. */
  private async available<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw new GridbookError('LEDGER_UNAVAILABLE', undefined, { cause: error });
    }
  }

  /** Opens the state store anew after it failed, once at a time and not too often. */
  private async recover(cause: Error): Promise<void> {
    const wait = this.options.retryMs ?? RETRY_MS;
    if (!this.recovery && performance.now() - this.recoveryFailedAt < wait) {
      throw new GridbookError('LEDGER_UNAVAILABLE', undefined, { cause });
    }
    this.recovery ??= this.reopenState().finally(() => (this.recovery = undefined));
    await this.available(this.recovery);
  }

  private async reopenState(): Promise<void> {
    await this.orderer.idle();
    try {
      await this.state.close();
      this.state = await this.parts.restore();
    } catch (error) {
      this.recoveryFailedAt = performance.now();
      throw error;
    }
  }
}

/** The node's identity, and a check that the folder holds the authorities that the blocks name. */
async function nodeOf(roster: Roster, identities: IdentityStore, folder: string): Promise<SigningIdentity> {
  const authorities = authoritiesIn(folder);
  for (const [organisation, der] of roster.organisations) {
    if (authorities.get(organisation)?.equals(der)) continue;
    throw new LedgerIdentityError(
      `the authority of ${organisation} is missing from the identities, or is another one`,
    );
  }
  const node = await identities.node();
  if (!node.reference.equals(roster.node)) {
    throw new LedgerIdentityError('the key of the node is missing from the identities, or is another one');
  }
  return node;
}
