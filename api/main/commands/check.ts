/** `gridbook check`: proves a data folder from its files. */
import type { Command } from 'commander';
import { LedgerFileError } from '../../../network/embedded/index.js';
import { ProjectionFormatError, ProjectionMismatchError } from '../../readmodel/errors.js';
import { checkFolder } from '../check/check-folder.js';
import { RuleViolation, type Proven } from '../check/proof.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, requireLedger } from '../data-folder.js';
import { EXIT, sentence } from '../exit.js';
import { counted } from '../figures.js';

interface CheckOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export function addCheck(program: Command, context: CommandContext): void {
  program
    .command('check')
    .summary('prove a data folder: hashes, signatures, balances, conservation')
    .description(
      'Reads the files of a data folder, also beside a running Gridbook, and verifies every hash and signature, runs the ' +
        'rules anew on every transaction, derives every view anew and proves every balance and conservation rule. ' +
        'Ends with 0 where all holds, with 1 and the first difference otherwise.',
    )
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText('after', '\nExamples:\n  gridbook check\n  gridbook check --data ./data --json')
    .action((options: CheckOptions) => check(options, context));
}

async function check(options: CheckOptions, context: CommandContext): Promise<void> {
  const { terminal, settings } = context;
  const folder = dataFolderAt(options.data ?? settings.data);
  requireLedger(folder);
  const { style } = terminal;
  const tell = ({ rule, what, count, unit }: Proven): void => {
    if (!options.json)
      terminal.print(
        `${style.green('✓')} ${rule.padEnd(6)} ${sentence(what).slice(0, -1)}: ${counted(count, unit, plural(unit))}`,
      );
  };
  try {
    const { ledger, proven } = await checkFolder(folder, terminal, tell);
    if (options.json) {
      terminal.json({
        ok: true,
        ledger,
        proven: proven.map((entry) => ({ ...entry, count: Number(entry.count) })),
      });
      return;
    }
    terminal.print();
    terminal.print(
      `${counted(ledger.height, 'block')}, ${counted(ledger.transactions, 'transaction')}, ${counted(ledger.bytes, 'byte')}`,
    );
    terminal.print(`State digest ${ledger.stateDigest} (state store: ${ledger.store})`);
    terminal.print(style.bold('All of it holds.'));
  } catch (error) {
    const violation = violationOf(error);
    if (!violation) throw error;
    if (options.json) terminal.json({ ok: false, violation });
    terminal.note(terminal.errorStyle.red(`✗ ${violation.rule}: ${violation.message}`));
    context.endWith(EXIT.failed);
  }
}

const plural = (unit: string): string => (unit === 'series' ? 'series' : `${unit}s`);

/** What a check finds wrong, as opposed to what keeps it from looking. */
function violationOf(error: unknown): { rule: string; message: string } | undefined {
  if (error instanceof RuleViolation) return { rule: error.rule, message: error.message };
  if (error instanceof LedgerFileError) return { rule: 'chain', message: sentence(error.message) };
  if (error instanceof ProjectionMismatchError || error instanceof ProjectionFormatError) {
    return { rule: 'K6', message: sentence(error.message) };
  }
  return undefined;
}
