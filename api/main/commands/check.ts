/** `gridbook check`: proves a data folder from its files, or a network's channel from its blocks. */
import type { Command } from 'commander';
import { LedgerFileError } from '../../../network/embedded/index.js';
import { ProjectionFormatError, ProjectionMismatchError } from '../../readmodel/errors.js';
import { checkChannel } from '../check/check-channel.js';
import { checkFolder } from '../check/check-folder.js';
import { RuleViolation, type Proven } from '../check/proof.js';
import type { CommandContext } from '../context.js';
import { addEngineOptions, ledgerPlace, type EngineOptions } from '../engine-options.js';
import { EXIT, sentence } from '../exit.js';
import { counted } from '../figures.js';

interface CheckOptions extends EngineOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export function addCheck(program: Command, context: CommandContext): void {
  addEngineOptions(program.command('check'))
    .summary('prove a ledger: hashes, signatures, balances, conservation')
    .description(
      'Reads the files of a data folder, or the blocks of a network’s channel from its peers, also beside a running ' +
        'Gridbook, and verifies every hash and signature, runs the rules anew on every transaction, derives every view ' +
        'anew and proves every balance and conservation rule. Ends with 0 where all holds, with 1 and the first difference otherwise.',
    )
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook check\n  gridbook check --data ./data --json\n  gridbook check --ledger fabric',
    )
    .action((options: CheckOptions) => check(options, context));
}

async function check(options: CheckOptions, context: CommandContext): Promise<void> {
  const { terminal, settings } = context;
  const { folder, network } = ledgerPlace(options, settings);
  const { style } = terminal;
  const tell = ({ rule, what, count, unit }: Proven): void => {
    if (!options.json)
      terminal.print(
        `${style.green('✓')} ${rule.padEnd(6)} ${sentence(what).slice(0, -1)}: ${counted(count, unit, plural(unit))}`,
      );
  };
  try {
    const { ledger, proven } =
      network === undefined
        ? await checkFolder(folder, terminal, tell)
        : await checkChannel(network, terminal, tell);
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
    const where = ledger.store === undefined ? `${ledger.peers?.join(', ')}` : `state store: ${ledger.store}`;
    terminal.print(`State digest ${ledger.stateDigest} (${where})`);
    const { organisations, peers } = ledger;
    const speaking = new Set(peers?.map((peer) => peer.slice(peer.indexOf('.') + 1)));
    if (peers !== undefined && speaking.size <= organisations.length / 2)
      terminal.note(
        `Only ${[...speaking].join(' and ')} of ${organisations.length} organisations answered: which transactions count as invalid is their word alone.`,
      );
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
