/** Commands that are loaded when they are named, as databases, servers and protocols take a while to. */
import type { Command } from 'commander';
import type { CommandContext } from './context.js';

/** Adds commands to what they belong to; `args` is the command line, from which they may choose what to load. */
export type Add = (parent: Command, context: CommandContext, args: readonly string[]) => void | Promise<void>;

export interface Loadable {
  readonly names: readonly string[];
  readonly load: () => Promise<Add>;
}

/**
 * Adds those commands that the first name among the arguments brings, or all of them where there is none (help, a
 * misspelt name). A later argument may have the name of a command too, as in `network import`.
 */
export async function addNamed(
  table: readonly Loadable[],
  parent: Command,
  context: CommandContext,
  args: readonly string[],
): Promise<void> {
  const first = args.find((arg) => table.some(({ names }) => names.includes(arg)));
  const chosen = first === undefined ? table : table.filter(({ names }) => names.includes(first));
  for (const { load } of chosen) await (await load())(parent, context, args);
}
