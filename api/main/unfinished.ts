/**
 * The days that a data folder's community is to live: noted before anything of it is on the ledger, and removed when
 * all of them are there. Where the note still stands the days were interrupted, and the next start goes on with them.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { makeFolder, type DataFolder } from './data-folder.js';
import type { Days } from './demonstration.js';
import { CommandFailure, EXIT } from './exit.js';

export function noteUnfinished(folder: DataFolder, days: Days): void {
  makeFolder(folder);
  writeFileSync(folder.unfinished, `${JSON.stringify(days)}\n`, { flush: true });
}

export const noteFinished = (folder: DataFolder): void => rmSync(folder.unfinished, { force: true });

/** The days that were interrupted; undefined where none were. */
export function unfinishedIn(folder: DataFolder): Days | undefined {
  if (!existsSync(folder.unfinished)) return undefined;
  try {
    const days = JSON.parse(readFileSync(folder.unfinished, 'utf8')) as Partial<Days> | null;
    if (typeof days?.timeZone === 'string' && typeof days.currency === 'string') return days as Days;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  // Ended while it was written: nothing is on the ledger yet, but which days were meant is not known.
  throw new CommandFailure(
    `${folder.path} was to have a community's days, of which nothing more is known; \`gridbook start --fresh\` moves ` +
      'it aside and begins anew.',
    EXIT.failed,
  );
}
