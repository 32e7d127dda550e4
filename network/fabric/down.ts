/** Ends what `up` started, and nothing else; one process or all. */
import { rmSync } from 'node:fs';
import type { Layout } from './layout.js';
import { allProcesses } from './nodes.js';
import type { NetworkPlan } from './plan.js';
import { processNames, startProcess, stopProcess } from './processes.js';
import type { Programs } from './programs.js';
import { requireSound } from './sound.js';

export interface DownOptions {
  /** Whether the folder with all its data and keys goes too. */
  readonly wipe: boolean;
}

/** Answers the names of the processes that it ended. */
export async function bringDown(layout: Layout, { wipe }: DownOptions): Promise<string[]> {
  const names = processNames(layout);
  const ran = await Promise.all(names.map((name) => stopProcess(layout, name)));
  if (wipe) rmSync(layout.root, { recursive: true, force: true });
  return names.filter((_, i) => ran[i]);
}

/** Ends one process; answers whether it ran. */
export const stopNode = (layout: Layout, name: string): Promise<boolean> => stopProcess(layout, name);

/** Ends one process and starts it again; answers its pid. */
export async function restartNode(
  layout: Layout,
  programs: Programs,
  plan: NetworkPlan,
  name: string,
): Promise<number> {
  const spec = allProcesses(layout, programs, plan).find((process) => process.name === name);
  if (!spec) throw new Error(`no process of the network is called ${name}`);
  await stopProcess(layout, name);
  await requireSound(layout, plan, programs, name);
  return startProcess(layout, spec);
}
