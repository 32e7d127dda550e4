/**
 * The committed state as transactions see it: a cache over what is on its way to the store over the store. Commits
 * change it at once in memory; the store follows in its own time, several blocks in one batch where it lags.
 */
import { GridbookError } from '../../schema/errors.js';
import type { Write } from './envelope.js';
import { StateCache } from './state-cache.js';
import { entryDigest, StateSum, type StateEntry } from './state-entry.js';
import type { StatePosition, StateStore } from './state-store.js';

/** The writes of one valid transaction. */
export interface AppliedWrites {
  readonly index: number;
  readonly writes: readonly Write[];
}

/** A view that later commits do not change. */
export interface Snapshot {
  get(key: string): StateEntry | undefined;
  /** Ends the view; it must be ended, or it keeps what commits replace. */
  release(): void;
}

/** How far the store may lag in bytes before commits wait for it. */
const MAX_UNWRITTEN_BYTES = 32 * 1024 * 1024;

export class State {
  private readonly cache: StateCache;
  private readonly snapshots = new Set<Map<string, StateEntry | undefined>>();
  private readonly sum: StateSum;
  /** Changed since the last batch began, and in the batch that is being written. */
  private unwritten = new Map<string, StateEntry>();
  private writing: ReadonlyMap<string, StateEntry> = new Map();
  private unwrittenBytes = 0;
  private writer: Promise<void> | undefined;
  private error: Error | undefined;

  constructor(
    private readonly store: StateStore,
    private current: StatePosition,
    cacheBytes: number,
  ) {
    this.cache = new StateCache(cacheBytes);
    this.sum = new StateSum(Buffer.from(current.sum));
  }

  /** Number of blocks that are in the state. */
  get height(): number {
    return this.current.height;
  }

  get commitHash(): Uint8Array {
    return this.current.commitHash;
  }

  /** Why the store cannot follow any more; undefined where it can. */
  get failure(): Error | undefined {
    return this.error;
  }

  /**
   * The committed entry. While its value is unchanged and in the cache it is the very same instance; a caller may
   * recognise what it has parsed by it.
   */
  get(key: string): StateEntry | undefined {
    const cached = this.cache.get(key) ?? this.unwritten.get(key) ?? this.writing.get(key);
    if (cached) return cached;
    if (this.error) throw new GridbookError('LEDGER_UNAVAILABLE', undefined, { cause: this.error });
    try {
      const entry = this.store.get(key);
      if (entry) this.cache.set(key, entry);
      return entry;
    } catch (error) {
      this.error = error as Error;
      throw new GridbookError('LEDGER_UNAVAILABLE', undefined, { cause: error });
    }
  }

  snapshot(): Snapshot {
    const replaced = new Map<string, StateEntry | undefined>();
    this.snapshots.add(replaced);
    return {
      get: (key) => (replaced.has(key) ? replaced.get(key) : this.get(key)),
      release: () => void this.snapshots.delete(replaced),
    };
  }

  /** What is there now under the keys that a block is about to write; reading may fail, so it comes before the append. */
  before(applied: readonly AppliedWrites[]): Map<string, StateEntry | undefined> {
    const before = new Map<string, StateEntry | undefined>();
    for (const { writes } of applied) {
      for (const { key } of writes) if (!before.has(key)) before.set(key, this.get(key));
    }
    return before;
  }

  /** Takes in the next block. It cannot fail: what the store has to do is done later. */
  apply(
    block: { readonly number: number; readonly headerHash: Uint8Array; readonly commitHash: Uint8Array },
    applied: readonly AppliedWrites[],
    before: Map<string, StateEntry | undefined>,
  ): void {
    for (const replaced of this.snapshots) {
      for (const [key, entry] of before) if (!replaced.has(key)) replaced.set(key, entry);
    }
    for (const { index, writes } of applied) {
      for (const { key, value, digest } of writes) {
        const old = before.get(key);
        if (old) this.sum.toggle(old.digest);
        const version = { block: block.number, index };
        const entry: StateEntry = { ...version, value, digest: entryDigest(key, version, digest) };
        this.sum.toggle(entry.digest);
        before.set(key, entry);
        this.cache.set(key, entry);
        this.unwritten.set(key, entry);
        this.unwrittenBytes += value.length;
      }
    }
    const { headerHash, commitHash } = block;
    this.current = {
      ledgerId: this.current.ledgerId,
      height: block.number + 1,
      headerHash,
      commitHash,
      sum: this.sum.bytes,
    };
    if (!this.error) this.writer ??= this.write();
  }

  /** Waits until the store has come near enough. */
  async room(): Promise<void> {
    while (this.writer && this.unwrittenBytes > MAX_UNWRITTEN_BYTES) await this.writer;
  }

  /** Waits until the store holds every block; fails where it cannot. */
  async drained(): Promise<void> {
    while (this.writer) await this.writer;
    if (this.error) throw this.error;
  }

  /** Digest over all keys and values, as of a moment with no block on its way to the store. */
  async digest(): Promise<string> {
    await this.drained();
    return this.store.digest();
  }

  /** Ends it; the store keeps what it has. */
  async close(): Promise<void> {
    while (this.writer) await this.writer;
    await this.store.close();
  }

  /** Writes until nothing is left, one batch at a time, each with all that has come meanwhile. */
  private async write(): Promise<void> {
    // A turn later, so that the commit which woke it is answered first.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.unwritten.size > 0 && !this.error) {
      this.writing = this.unwritten;
      this.unwritten = new Map();
      this.unwrittenBytes = 0;
      const position = { ...this.current, sum: Buffer.from(this.sum.bytes) };
      try {
        await this.store.write(this.writing, position);
        this.writing = new Map();
      } catch (error) {
        this.error = error as Error;
        this.unwritten = new Map([...this.writing, ...this.unwritten]);
        this.writing = new Map();
      }
    }
    this.writer = undefined;
  }
}
