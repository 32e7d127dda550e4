/** The command line: which commands there are, and what all of them share. */
import { Command } from 'commander';
import type { CommandContext } from './context.js';
import { addNamed, type Loadable } from './loadable.js';
import { packageFacts } from './package-facts.js';
import { settingsHelp } from './settings.js';

/** Every command, in the order in which the help names them. */
const COMMANDS: readonly Loadable[] = [
  { names: ['start'], load: async () => (await import('./commands/start.js')).addStart },
  { names: ['demo'], load: async () => (await import('./commands/demo.js')).addDemo },
  { names: ['import'], load: async () => (await import('./commands/import.js')).addImport },
  { names: ['settle'], load: async () => (await import('./commands/settle.js')).addSettle },
  { names: ['token'], load: async () => (await import('./commands/token.js')).addToken },
  { names: ['export'], load: async () => (await import('./commands/export.js')).addExport },
  { names: ['backup', 'restore'], load: async () => (await import('./commands/backup.js')).addBackup },
  {
    names: ['rebuild', 'migrate'],
    load: async () => (await import('./commands/read-model.js')).addReadModel,
  },
  { names: ['network'], load: async () => (await import('./commands/network.js')).addNetwork },
  { names: ['check'], load: async () => (await import('./commands/check.js')).addCheck },
  { names: ['bench'], load: async () => (await import('./commands/bench.js')).addBench },
  { names: ['schema'], load: async () => (await import('./commands/schema.js')).addSchema },
];

/** The program with the commands that the arguments name, or all of them where they name none. */
export async function buildProgram(context: CommandContext, args: readonly string[]): Promise<Command> {
  const { terminal } = context;
  const program = new Command('gridbook');
  program
    .description(
      'A permissioned energy ledger: trades settled on metered facts, queried and driven over GraphQL.',
    )
    .version(packageFacts().version, '-V, --version', 'print the version')
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
  await addNamed(COMMANDS, program, context, args);
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
