/**
 * One process at a time. The operating system's own file lock is used, by way of an empty LevelDB, since Node has no
 * call for it: it holds inside a process too, on every platform, and ends with the process however that ends.
 */
import { rm } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { LedgerLockedError } from './errors.js';

export interface FolderLock {
  release(): Promise<void>;
}

/** Takes the lock, or refuses with `LedgerLockedError`. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  try {
    return await take(folder);
  } catch (error) {
    if (error instanceof LedgerLockedError) throw error;
    // Nothing of worth is in it: a damaged one is made anew.
    await rm(folder, { recursive: true, force: true });
    return take(folder);
  }
}

async function take(folder: string): Promise<FolderLock> {
  const db = new ClassicLevel(folder);
  try {
    await db.open();
  } catch (error) {
    const cause = (error as Error).cause as { code?: string } | undefined;
    if (cause?.code !== 'LEVEL_LOCKED') throw error;
    throw new LedgerLockedError(
      'the data folder is in use by another Gridbook process',
      {},
      { cause: error },
    );
  }
  return { release: () => db.close() };
}
