/** Folders with the ones above them, made one at a time: Node's own way never ends where a file system has no room for any. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Nothing can be made at a place; the message says where. */
export class FolderError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FolderError';
  }
}

/** Makes a folder and whatever is missing above it; one that is there is left as it is. */
export function makeFolder(path: string, mode?: number): void {
  const missing: string[] = [];
  for (let place = resolve(path); !existsSync(place); place = dirname(place)) missing.unshift(place);
  if (missing.length === 0) requireFolder(path);
  for (const folder of missing) makeOne(folder, mode);
}

function makeOne(folder: string, mode?: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another process may have made it just now.
    if (code === 'EEXIST' && isFolder(folder)) return;
    // What is above it is there: that it is missing says that nothing is made here, as in /proc.
    if (code === 'ENOENT')
      throw new FolderError(`${folder} cannot be made: ${dirname(folder)} takes no folders`, {
        cause: error,
      });
    throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function requireFolder(path: string): void {
  if (isFolder(path)) return;
  throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR', path });
}
