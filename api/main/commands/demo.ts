/** `gridbook demo`: a community's days from given data, from its files to its bills. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Ledger } from '../../../network/ledger.js';
import { ORGANISATIONS } from '../../demo/rules.js';
import { OtherCommunityError, Recorded } from '../../demo/recorded.js';
import type { CommunityData } from '../../metering/community.js';
import { levelWith, openRunning, type Running } from '../composition.js';
import { GridbookError } from '../../../schema/errors.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, hasLedger, type DataFolder } from '../data-folder.js';
import { communityFigures, marketsOf, settledStretch } from '../day-figures.js';
import { dataOf, DEMONSTRATION, type Days } from '../demonstration.js';
import { addEngineOptions, networkOf, type EngineOptions } from '../engine-options.js';
import { CommandFailure, EXIT } from '../exit.js';
import { counted } from '../figures.js';
import { liveThrough, localDaysOf, requireTimeZone, type LivingOptions } from '../living.js';
import { wholeOption } from '../options.js';
import { requireWritable } from '../output-file.js';
import { showProgress } from '../progress.js';
import { writeReport } from '../report/write.js';
import { printSummary, summaryObject } from '../summary.js';
import { temporaryFolder } from '../temporary-folder.js';
import { noteFinished, noteUnfinished, unfinishedIn } from '../unfinished.js';

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
    requireNew(folder);
    const days: Days = {
      ...(options.community ? { community: resolve(options.community) } : {}),
      ...(options.days === undefined ? {} : { days: options.days }),
      ...{ timeZone, currency },
    };
    // Read first: nothing is begun where the files are not of their form.
    const given = options.community ? await dataOf(days) : undefined;
    const fewer = given && fewerDays(given, days);
    const progress = showProgress(context.terminal, 'Settling', 'intervals');
    const network = networkOf(options);
    const isKept = options.data !== undefined && network === undefined;
    if (isKept) noteUnfinished(folder, days);
    const running = await openRunning({
      ...{ folder, network },
      databaseUrl: options.data === undefined ? undefined : context.settings.databaseUrl,
      meanwhile: async (lanes, provider, ledger) => {
        const recorded = await Recorded.of(ledger, ORGANISATIONS.host.organisation);
        const living = {
          ...{ lanes, provider, days, recorded, signal: context.signal },
          data: given ?? (await dataOf(days, recorded.from)),
          progress: (done: number, total: number) => progress.update(done, total),
          interrupted: interruptedSentence(options, network),
        };
        await liveOn(living, ledger).finally(() => progress.end());
        if (isKept) noteFinished(folder);
      },
    });
    try {
      await tell(running, { ...options, fewer }, context, began);
    } finally {
      await running.close();
    }
  } finally {
    temporary?.remove();
  }
}

function requireNew(folder: DataFolder): void {
  if (!hasLedger(folder)) return;
  const what = unfinishedIn(folder)
    ? `The days of the community in ${folder.path} were interrupted, and \`gridbook start --data ${folder.path}\` ` +
      'goes on with them; to begin others name another folder.'
    : `There is a ledger in ${folder.path} already; name another folder.`;
  throw new CommandFailure(what, EXIT.usage);
}

/** A community is set up once on a ledger; one of a network's channel that was interrupted lives on. */
async function liveOn(living: LivingOptions, ledger: Ledger): Promise<void> {
  const isThere = (cause?: unknown): CommandFailure =>
    new CommandFailure('The channel of the network has a community already.', EXIT.usage, { cause });
  const hadAny = living.recorded.left > 0;
  const height = ledger.height();
  try {
    await liveThrough(living);
  } catch (error) {
    if (error instanceof GridbookError && error.code === 'FORBIDDEN') throw withoutKeys(error);
    throw error instanceof OtherCommunityError ? isThere(error) : error;
  }
  if (hadAny && ledger.height() === height) throw isThere();
}

/** The organisations of the demonstration have names of their own, which a network need not have. */
function withoutKeys(cause: GridbookError): CommandFailure {
  const { host, operator, regulator } = ORGANISATIONS;
  return new CommandFailure(
    `The community is given by ${host.organisation} as host, ${operator.organisation} as network operator and ` +
      `${regulator.organisation} as regulator; this network has no key of one of them.`,
    EXIT.failed,
    { cause },
  );
}

/** What goes on from there: nothing of a folder that goes. */
function interruptedSentence({ data }: DemoOptions, network: string | undefined): string {
  if (network !== undefined) return 'Interrupted; the same command goes on where it stopped.';
  if (data === undefined) return 'Interrupted.';
  return `Interrupted; \`gridbook start --data ${data}\` goes on where it stopped.`;
}

/** A sentence where the data ends before the days that were asked for. */
function fewerDays(data: CommunityData, { days, timeZone }: Days): string | undefined {
  const there = localDaysOf(data, timeZone);
  if (days === undefined || there >= days) return undefined;
  return `The data has only ${counted(there, 'day')} of the ${days} that were asked for.`;
}

async function tell(
  running: Running,
  options: DemoOptions & { readonly fewer: string | undefined },
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
    if (options.fewer !== undefined) terminal.print(options.fewer);
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
