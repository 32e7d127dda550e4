/** Comparing the state store with what the blocks give; only while no process has it open. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../x509/der.js';
import type { Version } from './envelope.js';
import { LedgerLockedError, LedgerVerificationError } from './errors.js';
import type { Layout } from './layout.js';
import { lockFolder } from './lock.js';
import { StateStore } from './state-store.js';

/** A value by its digest, and where it lies in the block file. */
export interface StoredValue extends Version {
  readonly digest: Buffer;
  readonly position: number;
  readonly length: number;
}

/** `behind` is usual after a crash: the next open replays what is missing. */
export type StoreComparison = 'agrees' | 'behind' | 'in use' | 'absent';

/** Compares a copy, since opening a LevelDB changes it. */
export async function compareStore(
  layout: Layout,
  expected: ReadonlyMap<string, StoredValue>,
  height: number,
): Promise<StoreComparison> {
  if (!existsSync(layout.state)) return 'absent';
  const copy = mkdtempSync(join(tmpdir(), 'gridbook-verify-'));
  try {
    if (!(await copyUnderLock(layout, copy))) return 'in use';
    const store = await StateStore.open(copy);
    try {
      return await compare(store, expected, height);
    } finally {
      await store.close();
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function copyUnderLock(layout: Layout, copy: string): Promise<boolean> {
  try {
    const lock = await lockFolder(layout.lock);
    try {
      cpSync(layout.state, copy, { recursive: true });
    } finally {
      await lock.release();
    }
    return true;
  } catch (error) {
    if (error instanceof LedgerLockedError) return false;
    throw error;
  }
}

async function compare(
  store: StateStore,
  expected: ReadonlyMap<string, StoredValue>,
  height: number,
): Promise<StoreComparison> {
  const position = store.position();
  if (!position || position.height > height) {
    throw new LedgerVerificationError(
      'the state store does not say how far it has come, or is ahead of the blocks',
    );
  }
  if (position.height < height) return 'behind';
  let count = 0;
  for await (const [key, entry] of store.entries()) {
    const value = expected.get(key);
    count++;
    if (
      value?.block !== entry.block ||
      value.index !== entry.index ||
      !sha256(entry.value).equals(value.digest)
    ) {
      throw new LedgerVerificationError(
        'the state store differs from the blocks; the next open rebuilds it',
        { key },
      );
    }
  }
  if (count !== expected.size)
    throw new LedgerVerificationError('the state store lacks keys; the next open rebuilds it');
  return 'agrees';
}
