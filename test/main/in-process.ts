/** Runs the `gridbook` command in this process: quicker than a child, where no signal and no terminal is meant. */
import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from '../../api/main/run.js';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function gridbook(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const said = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => ({ write: (text: string) => (said[name] += text) });
  const code = await runCommandLine(args, { environment, out: sink('out'), err: sink('err') });
  return { code, ...said };
}

/** 2025-06-01T10:00:00Z, on a Sunday with sun. */
export const FIRST_MS = Date.UTC(2025, 5, 1, 10);
export const QUARTER_MS = 900_000;
export const HOMES = ['north', 'south', 'west'] as const;

/** A community of three homes and four quarters of an hour, which takes a moment to live through. */
export function writeSmallCommunity(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const table = (name: string, header: string, line: (t: number) => string): void => {
    const lines = [0, 1, 2, 3].map((t) => `${(FIRST_MS + t * QUARTER_MS) / 1000},${line(t)}`);
    writeFileSync(join(folder, name), `unix_start,${header}\n${lines.join('\n')}\n`);
  };
  table('loads-watts.csv', HOMES.join(','), (t) => `${400 + t},${800 + t},${1200 + t}`);
  table('pv-per-unit.csv', 'roof', () => '0.5');
  writeFileSync(
    join(folder, 'members.csv'),
    'household,pv_profile,pv_peak_watts\nnorth,roof,5000\nsouth,,0\nwest,,0\n',
  );
  return folder;
}
