/** Keys and data that something new takes the place of: moved out of the way, never deleted. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { makeFolder } from '../make-folder.js';
import type { Layout } from './layout.js';

/** A name for what is moved aside now, for a reason. */
export const asideName = (reason: string, now: Date): string =>
  `${now.toISOString().replace(/[:.]/g, '-')}-${reason}`;

/** Moves a folder aside, to the same place under another root; repeated, it does nothing. */
export function moveAside(layout: Layout, aside: string, folder: string): void {
  const to = join(layout.aside(aside), relative(layout.root, folder));
  if (existsSync(to)) return;
  makeFolder(dirname(to), 0o700);
  if (existsSync(folder)) renameSync(folder, to);
  // What was lost was moved too: what comes in its place is not.
  else mkdirSync(to, { mode: 0o700 });
}

/** Keeps a copy of a file that is going to be written anew. */
export function copyAside(layout: Layout, aside: string, file: string): void {
  const to = join(layout.aside(aside), relative(layout.root, file));
  makeFolder(dirname(to), 0o700);
  copyFileSync(file, to);
}

/** Earlier ones of a file, as far as they were moved aside. */
export function formerOf(layout: Layout, file: string): string[] {
  const root = layout.aside('');
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((aside) => join(layout.aside(aside), relative(layout.root, file)))
    .filter((path) => existsSync(path));
}
