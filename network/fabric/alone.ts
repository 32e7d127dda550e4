/** One command at a time changes the network of a folder: two would overwrite each other's plan. */
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { LedgerLockedError } from '../embedded/errors.js';
import { lockFolder, type FolderLock } from '../embedded/lock.js';
import { makeFolder } from '../make-folder.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { isAlive, jsonOf } from './processes.js';

/** Who holds a lock, as it has noted beside it. */
interface Holder {
  readonly pid: number;
  /** What was asked of it, such as `network backup`. */
  readonly command?: string;
}

/** Does work while no other command does; refused at once where one does. */
export async function aloneIn<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  const lock = await taken(layout);
  try {
    writeFileSync(layout.lockHolder, JSON.stringify(holderHere()), { mode: 0o600 });
    return await work();
  } finally {
    rmSync(layout.lockHolder, { force: true });
    await lock.release();
  }
}

async function taken(layout: Layout): Promise<FolderLock> {
  const { root, lock } = layout;
  for (const folder of [root, lock]) makeFolder(folder, 0o700);
  // Of somebody else's folder the lock's database would only say that it did not open.
  accessSync(lock, constants.W_OK);
  try {
    return await lockFolder(lock);
  } catch (error) {
    if (!(error instanceof LedgerLockedError)) throw error;
    throw new NetworkError(
      `another command is changing the network in ${root}${described(holderOf(layout))}: wait until it ends`,
      { cause: error },
    );
  }
}

/** The words of the command line before its first option: they name the command. */
function holderHere(): Holder {
  const words = process.argv.slice(2);
  if (words[0] !== 'network') return { pid: process.pid };
  const end = words.findIndex((word) => word.startsWith('-'));
  return { pid: process.pid, command: words.slice(0, end < 0 ? undefined : end).join(' ') };
}

/** One that was killed left its note behind. */
function holderOf({ lockHolder }: Layout): Holder | undefined {
  const holder = existsSync(lockHolder) ? jsonOf<Holder>(readFileSync(lockHolder, 'utf8')) : undefined;
  return holder && isAlive(holder.pid) ? holder : undefined;
}

const described = (holder: Holder | undefined): string =>
  holder ? ` (${holder.command ? `\`gridbook ${holder.command}\`, ` : ''}pid ${holder.pid})` : '';
