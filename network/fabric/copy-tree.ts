/** Copies of folders, file by file, for their owner alone; and what they consist of. */
import { createHash } from 'node:crypto';
import { closeSync, constants, copyFileSync, chmodSync, createReadStream, fsyncSync } from 'node:fs';
import { lstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { syncFolder } from '../embedded/durable.js';
import { makeFolder } from '../make-folder.js';
import { NetworkError } from './errors.js';

export interface FileFacts {
  /** Below the folder, with `/` between its parts. */
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** Copies a folder with all that is in it, but for entries of these names at its top. */
export function copyTree(from: string, to: string, without: readonly string[] = []): void {
  makeFolder(to, 0o700);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (without.includes(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isFile()) copyFile(source, target);
    else throw new NetworkError(`${source} is neither a file nor a folder`);
  }
  syncFolder(to);
}

/** Where the file system can, the copy shares the bytes until one of them changes: that takes no time. */
export function copyFile(source: string, target: string): void {
  copyFileSync(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  chmodSync(target, 0o600);
  const fd = openSync(target, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Every file of a folder, in order. */
export async function filesOf(root: string): Promise<FileFacts[]> {
  const files: FileFacts[] = [];
  for (const { path, bytes } of sizesOf(root))
    files.push({ path, bytes, sha256: await hashOf(join(root, path)) });
  return files;
}

/** The same without looking into them. */
export function sizesOf(root: string, below = ''): Omit<FileFacts, 'sha256'>[] {
  const names = readdirSync(join(root, below)).sort();
  return names.flatMap((name) => {
    const path = below === '' ? name : `${below}/${name}`;
    const facts = lstatSync(join(root, path));
    if (facts.isDirectory()) return sizesOf(root, path);
    if (facts.isFile()) return [{ path, bytes: facts.size }];
    throw new NetworkError(`${join(root, path)} is neither a file nor a folder`);
  });
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
