/**
 * Derived state on disk. It may lag behind the block file and may be lost; it must never be wrong: LevelDB neither
 * checks what it reads nor says when its log lost a part, so every entry bears a digest and the whole bears a sum.
 */
import { rm } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { sha256 } from '../x509/der.js';
import { StateStoreError } from './errors.js';
import { StateDigest } from './state-digest.js';
import { decodeEntry, encodeEntry, StateSum, type StateEntry } from './state-entry.js';
import { ByteReader, ByteWriter } from './wire.js';

/** Up to which block the state has come. */
export interface StatePosition {
  readonly ledgerId: Uint8Array;
  readonly height: number;
  /** Header hash of the last block that is in it. */
  readonly headerHash: Uint8Array;
  readonly commitHash: Uint8Array;
  /** Sum of all entries (state-entry.ts). */
  readonly sum: Uint8Array;
}

/** State keys stand behind a letter of their own; the store's own book-keeping behind another. */
const STATE = 's';
const AFTER_STATE = 't';
const POSITION_KEY = 'position';
const POSITION_FORMAT = 1;
const OPTIONS = { keyEncoding: 'utf8', valueEncoding: 'buffer' } as const;
const SCAN_BYTES = 1024 * 1024;

export class StateStore {
  private constructor(private readonly db: ClassicLevel<string, Buffer>) {}

  static async open(folder: string): Promise<StateStore> {
    const db = new ClassicLevel<string, Buffer>(folder, { ...OPTIONS, writeBufferSize: 16 * 1024 * 1024 });
    try {
      await db.open();
    } catch (error) {
      throw new StateStoreError('the state store cannot be opened', {}, { cause: error });
    }
    return new StateStore(db);
  }

  /** Removes a store; it is derived, nothing is lost. */
  static async wipe(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  /** The position; undefined where the store is new or its position is not as it was written. */
  position(): StatePosition | undefined {
    return decodePosition(this.guard(() => this.db.getSync(POSITION_KEY)));
  }

  get(key: string): StateEntry | undefined {
    const bytes = this.guard(() => this.db.getSync(STATE + key));
    return bytes && decodeEntry(key, bytes);
  }

  /** Writes entries and position in one batch, which the operating system holds; no sync. */
  async write(entries: ReadonlyMap<string, StateEntry>, position: StatePosition): Promise<void> {
    const batch: { type: 'put'; key: string; value: Buffer }[] = [];
    for (const [key, entry] of entries)
      batch.push({ type: 'put', key: STATE + key, value: encodeEntry(entry) });
    batch.push({ type: 'put', key: POSITION_KEY, value: encodePosition(position) });
    try {
      await this.db.batch(batch);
    } catch (error) {
      throw new StateStoreError('the state store cannot be written', {}, { cause: error });
    }
  }

  /** All entries in the order of their keys' UTF-8 bytes, as of now. */
  async *entries(): AsyncGenerator<readonly [string, StateEntry]> {
    const iterator = this.db.iterator({
      gte: STATE,
      lt: AFTER_STATE,
      fillCache: false,
      highWaterMarkBytes: SCAN_BYTES,
    });
    try {
      for (;;) {
        const part = await iterator.nextv(1000).catch((error: unknown) => {
          throw new StateStoreError('the state store cannot be read', {}, { cause: error });
        });
        if (part.length === 0) return;
        for (const [key, bytes] of part) yield [key.slice(1), decodeEntry(key.slice(1), bytes)];
      }
    } finally {
      await iterator.close();
    }
  }

  /** Whether it holds no entry at all. */
  async isEmpty(): Promise<boolean> {
    const entries = this.entries();
    const first = await entries.next();
    await entries.return(undefined);
    return first.done === true;
  }

  /** Reads everything: the sum of what is there, whatever the position says. */
  async sum(): Promise<StateSum> {
    const sum = new StateSum();
    for await (const [, entry] of this.entries()) sum.toggle(entry.digest);
    return sum;
  }

  /** Digest over all keys and values. */
  async digest(): Promise<string> {
    const digest = new StateDigest();
    for await (const [key, entry] of this.entries()) digest.add(key, entry.value);
    return digest.hex();
  }

  async close(): Promise<void> {
    await this.db.close();
  }

  private guard<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw new StateStoreError('the state store cannot be read', {}, { cause: error });
    }
  }
}

function encodePosition(p: StatePosition): Buffer {
  const w = new ByteWriter(192)
    .u32(POSITION_FORMAT)
    .raw(p.ledgerId)
    .u64(p.height)
    .raw(p.headerHash)
    .raw(p.commitHash);
  w.raw(p.sum);
  return w.raw(sha256(w.view()).subarray(0, 8)).take();
}

function decodePosition(bytes: Buffer | undefined): StatePosition | undefined {
  if (bytes?.length !== 132) return undefined;
  if (!sha256(bytes.subarray(0, 124)).subarray(0, 8).equals(bytes.subarray(124))) return undefined;
  const r = new ByteReader(bytes);
  if (r.u32() !== POSITION_FORMAT) return undefined;
  return {
    ledgerId: r.raw(16),
    height: r.u64(),
    headerHash: r.raw(32),
    commitHash: r.raw(32),
    sum: r.raw(32),
  };
}
