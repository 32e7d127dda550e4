/** What lies where in a data folder, and beginning anew beside an old one. */
import { existsSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { authoritiesIn, NODE_ORGANISATION } from '../../network/embedded/identities.js';
import { layoutOf } from '../../network/embedded/layout.js';
import { lockFolder, type FolderLock } from '../../network/embedded/lock.js';
import { makeFolder as makeWhole } from '../../network/make-folder.js';
import { CommandFailure, EXIT } from './exit.js';

export interface DataFolder {
  /** The folder itself, absolute. */
  readonly path: string;
  /** The ledger's block file: there is a ledger where it exists. */
  readonly blocks: string;
  /** The read model, where no PostgreSQL server is used. May be removed; `rebuild` makes it anew. */
  readonly readModel: string;
  /** Keys that sign local tokens, mode 0600. */
  readonly keys: string;
  /** Local tokens as they were last made, mode 0600. */
  readonly tokens: string;
  /** The lock of a folder without a ledger of its own: the read model and keys of a network's channel lie there. */
  readonly lock: string;
  /** A community's days that are not all on the ledger yet; there is none where they are. */
  readonly unfinished: string;
}

export function dataFolderAt(path: string): DataFolder {
  const absolute = resolve(path);
  return {
    path: absolute,
    blocks: layoutOf(absolute).blocks,
    readModel: join(absolute, 'readmodel'),
    keys: join(absolute, 'keys'),
    tokens: join(absolute, 'tokens.txt'),
    lock: join(absolute, 'lock'),
    unfinished: join(absolute, 'unfinished.json'),
  };
}

/** Whether a ledger has been begun in it. */
export const hasLedger = (folder: DataFolder): boolean => existsSync(layoutOf(folder.path).root);

/** Organisations that have keys on the folder's ledger, without the node itself. */
export const organisationsOf = (folder: DataFolder): string[] =>
  [...authoritiesIn(layoutOf(folder.path).identities).keys()].filter((name) => name !== NODE_ORGANISATION);

/** Refuses a folder without a ledger. */
export function requireLedger(folder: DataFolder): void {
  if (existsSync(folder.blocks)) return;
  throw new CommandFailure(
    `There is no ledger in ${folder.path}; \`gridbook start\` makes one, \`gridbook restore\` puts a backup there.`,
    EXIT.unavailable,
  );
}

/** Takes the lock that whoever runs on the folder holds; refused with `LedgerLockedError` while somebody does. */
export const holdFolder = (folder: DataFolder): Promise<FolderLock> =>
  lockFolder(hasLedger(folder) ? layoutOf(folder.path).lock : folder.lock);

export function makeFolder(folder: DataFolder): void {
  makeWhole(folder.path, 0o700);
}

/**
 * Moves the folder aside as `<name>.<UTC time>`; answers where to, or undefined where there was none. A folder in use
 * by a running Gridbook is refused with `LedgerLockedError`.
 */
export async function moveAside(folder: DataFolder, nowMs: number): Promise<string | undefined> {
  if (!existsSync(folder.path)) return undefined;
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]/g, '').replace(/\.\d+/, '');
  let target = join(dirname(folder.path), `${basename(folder.path)}.${stamp}`);
  for (let n = 2; existsSync(target); n++) {
    target = join(dirname(folder.path), `${basename(folder.path)}.${stamp}-${n}`);
  }
  // Held while it moves, so that nobody opens it in between.
  const lock = await holdFolder(folder);
  try {
    renameSync(folder.path, target);
  } finally {
    await lock.release();
  }
  return target;
}
