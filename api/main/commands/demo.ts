/** `gridbook demo`: a community's days from given data, from its files to its bills. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Ledger } from '../../../network/ledger.js';
import { ORGANISATIONS } from '../../demo/rules.js';
import { readCommunity } from '../../metering/community.js';
import { levelWith, openRunning, type Running } from '../composition.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, hasLedger } from '../data-folder.js';
import { communityFigures, marketsOf, settledStretch } from '../day-figures.js';
import { DEMONSTRATION, writeDemonstration } from '../demonstration.js';
import { addEngineOptions, networkOf, type EngineOptions } from '../engine-options.js';
import { CommandFailure, EXIT } from '../exit.js';
import { counted } from '../figures.js';
import { intervalsOfDays, liveThrough, requireTimeZone } from '../living.js';
import { wholeOption } from '../options.js';
import { requireWritable } from '../output-file.js';
import { showProgress } from '../progress.js';
import { writeReport } from '../report/write.js';
import { printSummary, summaryObject } from '../summary.js';
import { temporaryFolder } from '../temporary-folder.js';

interface DemoOptions extends EngineOptions {
  readonly community?: string;
  readonly days?: number;
  readonly data?: string;
  readonly json?: boolean;
  readonly report?: string;
  readonly timeZone?: string;
  readonly currency?: string;
}

export function addDemo(program: Command, context: CommandContext): void {
  addEngineOptions(program.command('demo'))
    .summary('run a community through its days and print what came of them')
    .description(
      'Sets a community up on a ledger of its own, records and settles every interval of its data and prints energy, ' +
        'money and bills. Without --community it uses the demonstration community. The folder goes at the end, unless ' +
        '--data names one to keep.',
    )
    .option('--community <dir>', 'folder with loads-watts.csv, pv-per-unit.csv and members.csv')
    .option(
      '--days <n>',
      'local days from the first interval on (default: all of the data)',
      wholeOption('--days', 1, 3_700),
    )
    .option('--data <dir>', 'keep the ledger in this folder, which must hold none yet')
    .option('--time-zone <zone>', 'zone of the local days (default: Europe/Berlin with --community)')
    .option('--currency <code>', 'ISO 4217 code (default: EUR with --community)')
    .option('--report <file>', 'also write a page of plots')
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  gridbook demo --days 1 --report day.html\n' +
        '  gridbook demo --community ../shared/data/community-15min --days 45 --json\n' +
        '  gridbook demo --ledger fabric',
    )
    .action((options: DemoOptions) => demo(options, context));
}

/** Intervals between two reports of progress, about. */
const STEP = 375;

async function demo(options: DemoOptions, context: CommandContext): Promise<void> {
  const began = performance.now();
  const timeZone = options.timeZone ?? (options.community ? 'Europe/Berlin' : DEMONSTRATION.timeZone);
  const currency = options.currency ?? (options.community ? 'EUR' : DEMONSTRATION.currency);
  requireTimeZone(timeZone);
  if (!/^[A-Z]{3}$/.test(currency)) {
    throw new CommandFailure('The currency must be an ISO 4217 code such as EUR.', EXIT.usage);
  }
  if (options.report !== undefined) requireWritable(options.report);
  const temporary = options.data === undefined ? temporaryFolder('demo') : undefined;
  try {
    const folder = dataFolderAt(options.data ?? temporary?.path ?? '');
    if (hasLedger(folder)) {
      throw new CommandFailure(
        `There is a ledger in ${folder.path} already; name another folder.`,
        EXIT.usage,
      );
    }
    const generated = options.community ? undefined : temporaryFolder('community');
    try {
      if (generated) await writeDemonstration(generated.path, Date.now(), options.days ?? 1);
      const data = await readCommunity(options.community ?? generated?.path ?? '');
      const days = options.days ?? Infinity;
      const intervals = days === Infinity ? data.start.length : intervalsOfDays(data, days, timeZone);
      const progress = showProgress(context.terminal, 'Settling', 'intervals');
      const running = await openRunning({
        folder,
        databaseUrl: options.data === undefined ? undefined : context.settings.databaseUrl,
        network: networkOf(options),
        meanwhile: async (lanes, provider, ledger) => {
          await requireNew(ledger);
          await liveThrough({
            lanes,
            provider,
            data,
            timeZone,
            currency,
            intervals,
            step: Math.max(1, Math.min(STEP, Math.ceil(intervals / 24))),
            progress: (done, total) => progress.update(done, total),
            signal: context.signal,
          }).finally(() => progress.end());
        },
      });
      try {
        await tell(running, options, context, began);
      } finally {
        await running.close();
      }
    } finally {
      generated?.remove();
    }
  } finally {
    temporary?.remove();
  }
}

/** A community is set up once on a ledger; on a network's channel it may be there already. */
async function requireNew(ledger: Ledger): Promise<void> {
  if ((await ledger.readState(`${ORGANISATIONS.host.organisation}/head/0`)) === undefined) return;
  throw new CommandFailure('The channel of the network has a community already.', EXIT.usage);
}

async function tell(
  running: Running,
  options: DemoOptions,
  { terminal }: CommandContext,
  began: number,
): Promise<void> {
  const { database, ledger, projector } = running;
  const reading = showProgress(terminal, 'Reading the ledger', 'blocks');
  await levelWith(projector, ledger.height(), (done, total) => reading.update(done, total));
  reading.end();
  const [market] = await marketsOf(database);
  const stretch = await settledStretch(database, market);
  if (!stretch) throw new CommandFailure('Nothing was settled.', EXIT.failed);
  const figures = await communityFigures(database, market, stretch);
  const facts = {
    engine: ledger.engine,
    ledgerHeight: ledger.height(),
    stateDigest: await ledger.stateDigest(),
    seconds: Math.round(performance.now() - began) / 1_000,
  };
  if (options.json) terminal.json(summaryObject(figures, facts));
  else {
    printSummary(terminal, figures, stretch);
    terminal.print();
    terminal.print(
      `${counted(facts.ledgerHeight, 'block')}, state digest ${facts.stateDigest}, ${facts.seconds.toFixed(1)} s`,
    );
    if (options.data !== undefined) terminal.print(`Data: ${resolve(options.data)}`);
  }
  // Last: the figures are told also where the page cannot be written.
  if (options.report === undefined) return;
  await writeReport(options.report, database, figures, stretch, facts);
  if (!options.json) terminal.print(`Report: ${resolve(options.report)}`);
}
