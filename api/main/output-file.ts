/** Files that a command writes at its end: whether they can be is told before it begins its work. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CommandFailure, EXIT } from './exit.js';

/** Refuses a file that cannot be written; makes none. */
export function requireWritable(file: string): void {
  const path = resolve(file);
  const folder = dirname(path);
  const refuse = (why: string, cause?: unknown): never => {
    throw new CommandFailure(`${path} cannot be written: ${why}.`, EXIT.unavailable, { cause });
  };
  if (!existsSync(folder)) refuse(`there is no folder ${folder}`);
  if (!statSync(folder).isDirectory()) refuse(`${folder} is not a folder`);
  if (existsSync(path) && statSync(path).isDirectory()) refuse('it is a folder');
  try {
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
  } catch (error) {
    refuse('permission is denied', error);
  }
}
