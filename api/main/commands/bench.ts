/** `gridbook bench`: measures, in a checkout. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { benchmarkIds, benchmarksHelp } from '../benchmarks.js';
import { ENGINES } from '../engine-options.js';
import { CommandFailure, EXIT } from '../exit.js';
import { choiceOption } from '../options.js';

/** From dist/api/main/commands. */
const MAIN = fileURLToPath(new URL('../../../test/bench/main.js', import.meta.url));

interface BenchOptions {
  readonly only?: string;
  readonly ledger?: (typeof ENGINES)[number];
}

export function addBench(program: Command, context: CommandContext): void {
  program
    .command('bench')
    .summary('measure, both sides in one run')
    .description('Prints a line `BENCH {…}` a measurement. Only in a checkout, after `npm run build`.')
    .option('--only <ids>', 'such as P4,P6')
    .option(
      '--ledger <engine>',
      'embedded, or fabric: on a network of its own in a temporary folder (default: embedded)',
      choiceOption('--ledger', ENGINES),
    )
    .addHelpText(
      'after',
      `\nBenchmarks:\n${benchmarksHelp()}\n` +
        '\nExample:\n  gridbook bench --only P4\n  gridbook bench --ledger fabric --only P1',
    )
    .action(async (options: BenchOptions) => {
      requireKnown(options);
      if (!existsSync(MAIN))
        throw new CommandFailure('Benchmarks are only in a checkout that was built.', EXIT.unavailable);
      // A process of its own, with garbage collection in reach of the measurements.
      const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
      // GraphQL's library checks less where it is told that nothing is being developed, as operators run it.
      const env = { NODE_ENV: 'production', ...process.env };
      const child = spawn(process.execPath, ['--expose-gc', MAIN, ...given], { stdio: 'inherit', env });
      const [code] = (await once(child, 'exit')) as [number | null];
      if (code !== 0) context.endWith(EXIT.failed);
    });
}

function requireKnown({ only, ledger = 'embedded' }: BenchOptions): void {
  const known = benchmarkIds(ledger);
  const unknown = only?.split(',').find((id) => !known.includes(id));
  if (unknown === undefined) return;
  throw new CommandFailure(
    `There is no benchmark ${unknown} on the ${ledger} ledger; there are ${known.join(', ')}.`,
    EXIT.usage,
  );
}
