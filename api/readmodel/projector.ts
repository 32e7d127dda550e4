/**
 * Follows the ledger: applies each block's changes and the checkpoint that tells of it in one database transaction,
 * so that whatever happens in between, a block is applied exactly once. While it catches up it takes many blocks at a
 * time; once it is level, each as it comes.
 */
import { createHash } from 'node:crypto';
import type { CommittedBlock, Ledger } from '../../network/ledger.js';
import type { CommandShape, EventShape } from '../../schema/command.js';
import { GridbookError } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { applyBlock, type Vocabulary } from './apply-block.js';
import { Balances } from './balances.js';
import { Changes } from './changes.js';
import type { Database } from './database.js';
import { BlockOrderError, CheckpointMismatchError, CheckpointMovedError } from './errors.js';
import type { Projection } from './handlers/command.js';
import { Entries } from './entries.js';
import { Owners } from './owners.js';
import { keepProjection } from './projection-format.js';
import type { Session } from './session.js';

export interface ProjectorOptions {
  readonly database: Database;
  readonly ledger: Ledger;
  /** Identifies the ledger, so that a read model is never continued on another one. */
  readonly ledgerId: string;
  readonly commands: readonly CommandShape[];
  readonly events: readonly EventShape[];
  /** Is told when projecting ends for a fault. */
  readonly onFailure?: (error: Error) => void;
}

/** Characters of rows that one database transaction takes at most, while catching up. */
const GROUP_CHARACTERS = 4_000_000;
/** Rows of a receivable's number that one block has. */
const RECEIVABLES_PER_BLOCK = 2 ** 20;

interface Waiter {
  readonly height: number;
  readonly done: (error?: Error) => void;
}

export class Projector {
  private applied: number;
  private taken: number;
  private digest: string;
  private lastHash: string | undefined;
  private failed: Error | undefined;
  private readonly ending = new AbortController();
  private readonly waiters = new Set<Waiter>();
  private running: Promise<void> = Promise.resolve();
  private readonly words: Vocabulary;
  private readonly projection: Projection;
  private receivables = 0;

  private constructor(
    private readonly options: ProjectorOptions,
    checkpoint: Checkpoint,
    { balances, owners }: Pick<Projection, 'balances' | 'owners'>,
  ) {
    this.applied = this.taken = checkpoint.height;
    this.digest = checkpoint.digest;
    this.lastHash = checkpoint.lastHash;
    this.words = {
      commands: new Map(options.commands.map((shape) => [shape.name, shape])),
      events: new Map(options.events.map((shape) => [shape.name, shape])),
    };
    const changes = new Changes();
    this.projection = {
      ...{ changes, balances, owners, entries: new Entries(changes) },
      receivableId: () => this.receivables++,
    };
  }

  /** Opens the checkpoint, refuses a read model of another ledger, and begins to follow. */
  static async start(options: ProjectorOptions): Promise<Projector> {
    const projector = await options.database.transaction(async (session) => {
      // One of another ledger is refused, not emptied.
      let checkpoint = await readCheckpoint(session, options);
      if (await keepProjection(session)) checkpoint = await readCheckpoint(session, options);
      const balances = await Balances.load(session);
      return new Projector(options, checkpoint, { balances, owners: await Owners.load(session) });
    });
    projector.running = projector.follow().catch((error: unknown) => {
      projector.fail(error instanceof Error ? error : new Error('projecting failed', { cause: error }));
    });
    return projector;
  }

  /** Blocks that are readable. */
  height(): number {
    return this.applied;
  }

  /** Blocks that were read; those of a group become readable together. */
  read(): number {
    return this.taken;
  }

  /** Why projecting ended, where a fault ended it. */
  get failure(): Error | undefined {
    return this.failed;
  }

  /** Waits until that many blocks are readable; refused with HEIGHT_NOT_REACHED where they are not in time. */
  async waitFor(height: number, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    if (this.applied >= height) return;
    if (this.failed || this.ending.signal.aborted || this.waiters.size >= LIMITS.heightWaiters) {
      throw new GridbookError('HEIGHT_NOT_REACHED');
    }
    await new Promise<void>((resolve, reject) => {
      const late = (): void => waiter.done(new GridbookError('HEIGHT_NOT_REACHED'));
      const timer = options.timeoutMs === undefined ? undefined : setTimeout(late, options.timeoutMs);
      const waiter: Waiter = {
        height,
        done: (error) => {
          clearTimeout(timer);
          options.signal?.removeEventListener('abort', late);
          this.waiters.delete(waiter);
          if (error) reject(error);
          else resolve();
        },
      };
      options.signal?.addEventListener('abort', late, { once: true });
      this.waiters.add(waiter);
    });
  }

  /** Ends after the database transaction in hand. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
    for (const waiter of this.waiters) waiter.done(new GridbookError('HEIGHT_NOT_REACHED'));
  }

  private fail(error: Error): void {
    this.failed = error;
    for (const waiter of this.waiters)
      waiter.done(new GridbookError('HEIGHT_NOT_REACHED', undefined, { cause: error }));
    this.options.onFailure?.(error);
  }

  private async follow(): Promise<void> {
    const { ledger } = this.options;
    let from = this.applied;
    let next = this.applied;
    let digest = this.digest;
    for await (const block of ledger.blocks(from, this.ending.signal)) {
      const previous = this.lastHash;
      const hash = hex(block.headerHash);
      if (block.number !== next || (previous !== undefined && hex(block.previousHash) !== previous)) {
        throw new BlockOrderError(next, block.number);
      }
      this.take(block);
      this.lastHash = hash;
      digest = createHash('sha256').update(`${digest}${hash}`).digest('hex');
      this.taken = ++next;
      if (next < ledger.height() && this.projection.changes.weight < GROUP_CHARACTERS) continue;
      await this.commit(from, next, digest);
      from = next;
    }
    // What was taken but not committed is taken again at the next start.
  }

  private take(block: CommittedBlock): void {
    this.receivables = block.number * RECEIVABLES_PER_BLOCK;
    applyBlock(block, this.words, this.projection);
  }

  private async commit(from: number, to: number, digest: string): Promise<void> {
    await this.options.database.transaction(async (session) => {
      const { affected } = await session.run(
        `update checkpoint set height = $1::bigint, digest = $2, ledger_id = $3
         where id = 1 and height = $4::bigint`,
        [to, digest, this.options.ledgerId, from],
      );
      if (affected !== 1) throw new CheckpointMovedError(from);
      await this.projection.changes.write(session);
      await this.projection.balances.write(session);
    });
    this.applied = to;
    this.digest = digest;
    for (const waiter of this.waiters) if (waiter.height <= to) waiter.done();
  }
}

interface Checkpoint {
  readonly height: number;
  readonly digest: string;
  readonly lastHash: string | undefined;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The checkpoint, provided that it is one of this ledger. */
async function readCheckpoint(session: Session, options: ProjectorOptions): Promise<Checkpoint> {
  const { rows } = await session.run('select height, digest, ledger_id from checkpoint where id = 1');
  const height = Number(rows[0].height);
  const digest = rows[0].digest as string;
  if (height === 0) return { height, digest, lastHash: undefined };
  if (rows[0].ledger_id !== options.ledgerId) throw new CheckpointMismatchError('OTHER_LEDGER', height);
  if (height > options.ledger.height()) throw new CheckpointMismatchError('AHEAD_OF_LEDGER', height);
  const last = await session.run('select header_hash from block where number = $1::bigint', [height - 1]);
  const lastHash = last.rows[0]?.header_hash as string | undefined;
  for await (const block of options.ledger.blocks(height - 1)) {
    if (hex(block.headerHash) !== lastHash) throw new CheckpointMismatchError('OTHER_BLOCK', height);
    break;
  }
  return { height, digest, lastHash };
}
