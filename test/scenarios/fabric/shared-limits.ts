/** Limits that are the same in a scenario's process and in those of the chaincode: they go by a file. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { LIMITS } from '../../../schema/limits.js';

/** Names the file, in the environment of all of them. */
export const LIMITS_VARIABLE = 'GRIDBOOK_SCENARIO_LIMITS';

/** Undefined where all runs in one process. */
export const limitsFile = (): string | undefined => process.env[LIMITS_VARIABLE];

export function noteLimits(file: string): void {
  // Nobody reads half of it.
  writeFileSync(`${file}.new`, JSON.stringify(LIMITS));
  renameSync(`${file}.new`, file);
}

export function takeLimits(file: string): void {
  if (existsSync(file)) Object.assign(LIMITS, JSON.parse(readFileSync(file, 'utf8')));
}
