/** `gridbook network logs`: what processes have said, and what they say. */
import type { Command } from 'commander';
import { endOfLog, followLogs, withoutColours, type Layout } from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { wholeOption } from '../options.js';
import type { Terminal } from '../terminal.js';
import { existing, inFolder, named, processNames, type DirOption } from './network-folder.js';

interface LogsOptions extends DirOption {
  readonly lines: number;
  readonly follow?: boolean;
}

export function addLogs(network: Command, context: CommandContext): void {
  inFolder(network.command('logs'))
    .summary('the end of a process’s log, or of all')
    .description(
      'With --follow also what is added, until Ctrl-C; of several each line is after its process’s name.',
    )
    .argument('[name]', 'name of the process')
    .option('--lines <n>', 'lines of each', wholeOption('--lines', 1, 10_000), 20)
    .option('-f, --follow', 'go on with what is added')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook network logs peer0.Brightwater\n  gridbook network logs --follow',
    )
    .action(async (name: string | undefined, options: LogsOptions) => {
      const { layout, plan } = existing(options);
      const names = name === undefined ? processNames(plan) : [named(plan, name)];
      if (options.follow) await follow(layout, names, options, context);
      else printEnds(layout, names, options, context.terminal);
    });
}

/** Where no person reads it, as in a file or pipe, a log has no colours. */
const forReader = (terminal: Terminal, text: string): string =>
  terminal.isTerminal ? text : withoutColours(text);

function printEnds(
  layout: Layout,
  names: readonly string[],
  { lines }: LogsOptions,
  terminal: Terminal,
): void {
  for (const name of names) {
    if (names.length > 1) terminal.print(`── ${name}`);
    const text = endOfLog(layout, name, lines);
    if (text !== '') terminal.print(forReader(terminal, text));
  }
}

function follow(
  layout: Layout,
  names: readonly string[],
  { lines }: LogsOptions,
  { terminal, signal }: CommandContext,
): Promise<void> {
  const widest = Math.max(...names.map(({ length }) => length));
  const before = (name: string): string =>
    names.length > 1 ? terminal.style.dim(`${name.padEnd(widest)} │ `) : '';
  return followLogs(layout, names, {
    ...{ lines, signal },
    line: (name, text) => terminal.print(`${before(name)}${forReader(terminal, text)}`),
  });
}
