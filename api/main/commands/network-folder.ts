/** The folder of a network, and the processes in it, as the sub-commands of `gridbook network` name them. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  aloneIn,
  DEFAULT_PLAN,
  faultOfListenAddress,
  Layout,
  processPorts,
  readPlan,
  type NetworkPlan,
} from '../../../network/fabric/index.js';
import { NETWORK_FOLDER } from '../engine-options.js';
import { CommandFailure, EXIT } from '../exit.js';
import { wholeOption } from '../options.js';
import type { Terminal } from '../terminal.js';

export interface DirOption {
  readonly dir: string;
  readonly json?: boolean;
}

export const inFolder = (command: Command): Command =>
  command.option('--dir <dir>', 'folder of the network', NETWORK_FOLDER);

export const basePortOption = (): Option =>
  new Option('--base-port <port>', 'first port to try')
    .argParser(wholeOption('--base-port', 1_024, 65_000))
    .default(DEFAULT_PLAN.basePort);

/** Where the nodes of a folder listen and others reach them; what nobody could reach is refused. */
export const listenOption = (): Option =>
  new Option(
    '--listen <address>',
    'IPv4 address or host name at which its nodes listen and others reach them (default: 127.0.0.1)',
  ).argParser((text) => {
    const fault = faultOfListenAddress(text);
    if (fault !== undefined) throw new InvalidArgumentError(`${fault}.`);
    return text;
  });

/** The network of a folder, which must be there. */
export function existing({ dir }: DirOption): { layout: Layout; plan: NetworkPlan } {
  const layout = new Layout(resolve(dir));
  const plan = readPlan(layout);
  if (!plan) throw new CommandFailure(`There is no network in ${layout.root}.`, EXIT.unavailable);
  return { layout, plan };
}

/** Changes the network of a folder, which must be there, while no other command does. */
export async function changing<T>(
  options: DirOption,
  work: (at: { layout: Layout; plan: NetworkPlan }) => Promise<T>,
): Promise<T> {
  const { layout } = existing(options);
  // What another command wrote until now counts.
  return aloneIn(layout, () => work(existing(options)));
}

export const processNames = (plan: NetworkPlan): string[] => processPorts(plan).map(({ name }) => name);

/** The name of a process that the network has. */
export function named(plan: NetworkPlan, name: string): string {
  const all = processNames(plan);
  if (all.includes(name)) return name;
  throw new CommandFailure(
    `No process of the network is called ${name}; there are ${all.join(', ')}.`,
    EXIT.usage,
  );
}

/** Tells each step with the seconds since the first. */
export function stepsOn(terminal: Terminal): (what: string) => void {
  const began = performance.now();
  return (what) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    terminal.err.write(`${seconds.padStart(5)} s  ${what}\n`);
  };
}

/** Where nodes listen stands in their certificates and in the channel: another address is said, not passed over. */
export function requireListening({ host }: NetworkPlan, asked: string | undefined): void {
  if (asked === undefined || asked === host) return;
  throw new CommandFailure(
    `The nodes here were made to listen at ${host}, where others know them; another address takes another folder.`,
    EXIT.usage,
  );
}
