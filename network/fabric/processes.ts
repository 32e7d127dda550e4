/** Plain processes: each with a log, and a record of what was started, so that it is found again and ended. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../make-folder.js';
import { write } from './keys.js';
import type { Layout } from './layout.js';

export interface ProcessSpec {
  /** `peer0.Brightwater`, `orderer0`, `chaincode.Brightwater`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface ProcessRecord {
  readonly pid: number;
  /** Start of the process as the kernel counts it: another one with the same pid has another. */
  readonly startedAt: string;
}

/** What the kernel says of a process's start; undefined where it does not run. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return existsSync('/proc') || !isAlive(pid) ? undefined : 'unknown';
  }
}

/** Whether a process has this pid. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The pid of a process that this folder started and that still runs. */
export function runningPid(layout: Layout, name: string): number | undefined {
  const path = layout.process(name);
  if (!existsSync(path)) return undefined;
  const record = jsonOf<ProcessRecord>(readFileSync(path, 'utf8'));
  return record && startOf(record.pid) === record.startedAt ? record.pid : undefined;
}

/** What a file of one object holds; undefined where it was cut short, as by a machine that lost its power. */
export function jsonOf<T extends object>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Starts a process where it does not run yet. It outlives whoever starts it. */
export function startProcess(layout: Layout, spec: ProcessSpec): number {
  const running = runningPid(layout, spec.name);
  if (running !== undefined) return running;
  const log = layout.log(spec.name);
  makeFolder(dirname(log), 0o700);
  const fd = openSync(log, 'a', 0o600);
  try {
    const child = spawn(spec.command, spec.args, {
      cwd: layout.root,
      detached: true,
      env: { PATH: process.env.PATH ?? '', HOME: layout.root, ...spec.environment },
      stdio: ['ignore', fd, fd],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`${spec.name} cannot be started`);
    child.on('error', () => undefined);
    child.unref();
    write(layout.process(spec.name), JSON.stringify({ pid, startedAt: startOf(pid) ?? '' }));
    return pid;
  } finally {
    closeSync(fd);
  }
}

/** Names of all processes that were started here and not stopped. */
export function processNames(layout: Layout): string[] {
  const folder = join(layout.root, 'run');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/** Ends a process: asks first, and insists where it does not end. Answers whether it ran. */
export async function stopProcess(layout: Layout, name: string): Promise<boolean> {
  const pid = runningPid(layout, name);
  if (pid === undefined) return false;
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; runningPid(layout, name) === pid; waited += LOOK_MS) {
    if (waited === PATIENCE_MS) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  rmSync(layout.process(name), { force: true });
  return true;
}
