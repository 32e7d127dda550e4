/** What the commands of a network share: its folder, and how their steps are told. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Layout, readPlan, type NetworkPlan } from '../../network/fabric/index.js';
import { NETWORK_FOLDER } from './engine-options.js';
import { CommandFailure, EXIT } from './exit.js';
import type { Terminal } from './terminal.js';

export interface DirOption {
  readonly dir: string;
  readonly json?: boolean;
}

export const inFolder = (command: Command): Command =>
  command.option('--dir <dir>', 'folder of the network', NETWORK_FOLDER);

export function existingNetwork({ dir }: DirOption): { layout: Layout; plan: NetworkPlan } {
  const layout = new Layout(resolve(dir));
  const plan = readPlan(layout);
  if (!plan) throw new CommandFailure(`There is no network in ${layout.root}.`, EXIT.unavailable);
  return { layout, plan };
}

/** Tells each step with the seconds since the first. */
export function stepsOn(terminal: Terminal): (what: string) => void {
  const began = performance.now();
  return (what) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    terminal.err.write(`${seconds.padStart(5)} s  ${what}\n`);
  };
}
