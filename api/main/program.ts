/** The command line: which commands there are, and what all of them share. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addBackup } from './commands/backup.js';
import { addBench } from './commands/bench.js';
import { addCheck } from './commands/check.js';
import { addDemo } from './commands/demo.js';
import { addExport } from './commands/export.js';
import { addImport } from './commands/import.js';
import { addReadModel } from './commands/read-model.js';
import { addSchema } from './commands/schema.js';
import { addSettle } from './commands/settle.js';
import { addStart } from './commands/start.js';
import { addToken } from './commands/token.js';
import type { CommandContext } from './context.js';
import { settingsHelp } from './settings.js';

export function buildProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('gridbook');
  program
    .description(
      'A permissioned energy ledger: trades settled on metered facts, queried and driven over GraphQL.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(add --help for what there is)')
    .showSuggestionAfterError()
    .configureHelp({ helpWidth: 100, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => terminal.raw(text),
      writeErr: (text) => terminal.err.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  const commands = [
    ...[addStart, addDemo, addImport, addSettle, addToken, addExport, addBackup, addReadModel],
    ...[addCheck, addBench, addSchema],
  ];
  for (const add of commands) add(program, context);
  program.addHelpText(
    'after',
    `\n${settingsHelp()}\n\nExit codes: 0 done, 1 a check failed or something was refused, 2 wrong usage, 3 missing, in use or out of reach.` +
      '\n\nExamples:\n  gridbook start\n  gridbook demo --days 1 --report day.html\n  gridbook check --data ./data',
  );
  for (const command of program.commands) share(command, program);
  return program;
}

/** Sub-commands refuse, help and end as the program does. */
function share(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  command.helpOption('-h, --help', 'print this help');
  for (const below of command.commands) share(below, command);
}

function packageVersion(): string {
  // From api/main, as from dist/api/main, the package lies a known number of folders up.
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as {
        name?: string;
        version: string;
      };
      if (name === 'gridbook') return version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'unknown';
}
