/** Files that a command writes at its end: whether they can be is told before it begins its work. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommandFailure, EXIT, systemReason } from './exit.js';

/** Refuses a file that cannot be written; makes none. */
export function requireWritable(file: string): void {
  const path = resolve(file);
  const folder = dirname(path);
  if (!existsSync(folder)) refuse(path, `there is no folder ${folder}`);
  if (!statSync(folder).isDirectory()) refuse(path, `${folder} is not a folder`);
  if (existsSync(path) && statSync(path).isDirectory()) refuse(path, 'it is a folder');
  try {
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
  } catch (error) {
    refuse(path, systemReason(error), error);
  }
}

export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    refuse(resolve(file), systemReason(error), error);
  }
}

function refuse(path: string, why: string, cause?: unknown): never {
  throw new CommandFailure(`${path} cannot be written: ${why}.`, EXIT.unavailable, { cause });
}
