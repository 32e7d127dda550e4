/** `gridbook network doctor`: what keeps a network from running well, and what to do about it. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { DEFAULT_PLAN, diagnose, VERDICTS, type Verdict } from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit.js';
import { packageFacts } from '../package-facts.js';
import type { Style } from '../terminal.js';
import { basePortOption, inFolder, type DirOption } from './network-folder.js';

interface DoctorCommandOptions extends DirOption {
  readonly basePort: number;
}

export function addDoctor(network: Command, context: CommandContext): void {
  inFolder(network.command('doctor'))
    .summary('check machine and network, and say what to do')
    .description(
      'A row a check: Node, programs, disk and ports; of a network also its folder, keys, certificates, clock, records ' +
        'and processes. Changes nothing. Ends with 1 where there is a problem; warnings alone end with 0.',
    )
    .addOption(basePortOption())
    .option('--json', 'print one object')
    .addHelpText('after', '\nExample:\n  gridbook network doctor --dir ./gridbook-network')
    .action((options: DoctorCommandOptions, command: Command) =>
      doctor(options, command.getOptionValueSource('dir') === 'cli', context),
    );
}

async function doctor(
  options: DoctorCommandOptions,
  isNamed: boolean,
  context: CommandContext,
): Promise<void> {
  const { terminal, environment } = context;
  const folder = resolve(options.dir);
  const checks = await diagnose({
    ...{ folder, isNamed, environment },
    node: { version: process.version, least: packageFacts().leastNode },
    planned: { ...DEFAULT_PLAN, basePort: options.basePort },
    now: Date.now(),
  });
  const isSound = checks.every(({ verdict }) => verdict !== 'problem');
  if (options.json) terminal.json({ folder, ok: isSound, checks });
  else {
    const widest = Math.max(...checks.map(({ check }) => check.length));
    for (const { check, verdict, sentence } of checks) {
      terminal.print(`${painted(verdict, terminal.style)}  ${check.padEnd(widest)}  ${sentence}`);
    }
  }
  if (!isSound) context.endWith(EXIT.failed);
}

const WIDEST = Math.max(...VERDICTS.map(({ length }) => length));
const COLOURS = { ok: 'green', warning: 'yellow', problem: 'red' } as const;

/** Padded before it is coloured: the terminal does not count what colours it. */
const painted = (verdict: Verdict, style: Style): string => style[COLOURS[verdict]](verdict.padEnd(WIDEST));
