/** Commands that are loaded when they are named, as databases, servers and protocols take a while to. */
import type { Command } from 'commander';
import type { CommandContext } from './context.js';

/** Adds commands to what they belong to; `args` is the command line, from which they may choose what to load. */
export type Add = (parent: Command, context: CommandContext, args: readonly string[]) => void | Promise<void>;

export interface Loadable {
  readonly names: readonly string[];
  readonly load: () => Promise<Add>;
}

/** Adds those commands that the arguments name, or all of them where they name none (help, a misspelt name). */
export async function addNamed(
  table: readonly Loadable[],
  parent: Command,
  context: CommandContext,
  args: readonly string[],
): Promise<void> {
  const named = table.filter(({ names }) => args.some((arg) => names.includes(arg)));
  for (const { load } of named.length > 0 ? named : table) await (await load())(parent, context, args);
}
