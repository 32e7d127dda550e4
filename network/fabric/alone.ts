/** One command at a time changes the network of a folder: two would overwrite each other's plan. */
import { mkdirSync } from 'node:fs';
import { LedgerLockedError } from '../embedded/errors.js';
import { lockFolder, type FolderLock } from '../embedded/lock.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';

/** Does work while no other command does; refused at once where one does. */
export async function aloneIn<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  const lock = await taken(layout);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function taken({ root, lock }: Layout): Promise<FolderLock> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  try {
    return await lockFolder(lock);
  } catch (error) {
    if (!(error instanceof LedgerLockedError)) throw error;
    throw new NetworkError(`another command is changing the network in ${root}: wait until it ends`, {
      cause: error,
    });
  }
}
