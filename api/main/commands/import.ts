/** `gridbook import`: meter files into the ledger. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { isIntervalSeconds } from '../../../schema/intervals.js';
import { ORGANISATIONS } from '../../demo/rules.js';
import { MeterFileError } from '../../metering/errors.js';
import { EXPORTED_HEADER } from '../../metering/exported-csv.js';
import { refusalSentence, type RefusedCode } from '../../metering/import-tally.js';
import { importReadings, type ImportSummary } from '../../metering/importer.js';
import { providersByLane } from '../../metering/known.js';
import { LONG_HEADER } from '../../metering/long-csv.js';
import { QUALITIES, type MeterFile } from '../../metering/readings.js';
import { FORMATS, readMeterFiles, type MeterFormat } from '../../metering/read-file.js';
import { DIRECTIONS, WIDE_UNITS, type WideOptions } from '../../metering/wide-csv.js';
import { levelWith, openRunning } from '../composition.js';
import type { CommandContext } from '../context.js';
import { addEngineOptions, ledgerPlace, type EngineOptions } from '../engine-options.js';
import { CommandFailure, EXIT, sentence, systemReason } from '../exit.js';
import { counted, grouped } from '../figures.js';
import { choiceOption, wholeOption } from '../options.js';
import { showProgress } from '../progress.js';
import { staleIntervals, staleSentence } from '../stale.js';
import type { Database } from '../../readmodel/database.js';

interface ImportOptions extends EngineOptions {
  readonly data?: string;
  readonly format?: MeterFormat;
  readonly unit?: WideOptions['unit'];
  readonly direction?: WideOptions['direction'];
  readonly interval?: number;
  readonly provider?: string;
  readonly lane: string;
  readonly reason: string;
  readonly json?: boolean;
}

/** Printed by `--help`: what a file has to look like. */
const LAYOUTS = `
Layouts, told by the first line:
  long      ${LONG_HEADER.join(',')}
            one reading a line; start 2025-06-01T00:15:00Z or seconds since 1970; 300, 900, 1800
            or 3600 s; whole Wh; quality ${QUALITIES.join(', ')}
  exported  ${EXPORTED_HEADER.join(',')}
            what \`gridbook export readings\` writes; the last revision of each reading counts,
            readings of other lanes than --lane are passed over
  wide      a header of any word and the meter ids, then a line an interval: its start and a figure
            a meter, which may have decimals and is MISSING where it is empty; wants --unit and
            --direction, and of net figures those above 0 are import
  nem12     100,NEM12,… as the Australian market has it; times are UTC+10`;

export function addImport(program: Command, context: CommandContext): void {
  addEngineOptions(program.command('import'))
    .summary('record meter files: NEM12, zipped or not, and CSV')
    .description(
      'Reads each file whole, refuses it whole where its form is wrong, and records its readings. What the ledger has ' +
        'already changes nothing; what differs becomes a revision. A revision of a settled interval makes it stale: ' +
        'what was settled stands, and is not settled again by this version. Ends with 1 where readings were refused.',
    )
    .argument('<file...>', 'meter files')
    .option(
      '--format <format>',
      `${FORMATS.join(', ')} (default: told by the content)`,
      choiceOption('--format', FORMATS),
    )
    .option('--unit <unit>', `of wide CSV: ${WIDE_UNITS.join(', ')}`, choiceOption('--unit', WIDE_UNITS))
    .option(
      '--direction <direction>',
      `of wide CSV: ${DIRECTIONS.join(', ')}`,
      choiceOption('--direction', DIRECTIONS),
    )
    .option(
      '--interval <seconds>',
      'of wide CSV (default: told by its instants)',
      wholeOption('--interval', 300, 3_600),
    )
    .option(
      '--provider <id>',
      'metering data provider that gives the readings (default: the only one of the lane)',
    )
    .option('--lane <id>', 'host organisation of the meters', ORGANISATIONS.host.organisation)
    .option('--reason <text>', 'why readings that differ are revised', 'later meter file')
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object a file')
    .addHelpText(
      'after',
      `${LAYOUTS}\n` +
        '\nExamples:\n  gridbook import readings.csv\n  gridbook import day.zip --provider Meterworks\n' +
        '  gridbook import readings.csv --ledger fabric --data ./fabric-data\n' +
        '  gridbook import loads.csv --format wide --unit W --direction net',
    )
    .action((files: string[], options: ImportOptions) => importFiles(files, options, context));
}

async function importFiles(
  files: readonly string[],
  options: ImportOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, settings } = context;
  const place = ledgerPlace(options, settings);
  const wide = wideOf(options);
  // All files are read before anything is recorded: one that is malformed stops all of them.
  const read = await Promise.all(
    files.map(async (file) => ({ file, parts: await partsOf(file, wide, options) })),
  );
  const running = await openRunning({ ...place, databaseUrl: settings.databaseUrl });
  try {
    await levelWith(running.projector, running.ledger.height());
    const provider = await providerOf(running.database, options);
    let stale = await staleIntervals(running.database, options.lane);
    for (const { file, parts } of read) {
      for (const part of parts) {
        const progress = showProgress(terminal, basename(file), 'commands');
        const summary = await importReadings(part, {
          lanes: running.lanes,
          database: running.database,
          lane: options.lane,
          identity: { organisation: provider, role: ORGANISATIONS.provider.role },
          reason: options.reason,
          progress: (done, total) => progress.update(done, total),
        });
        progress.end();
        await levelWith(running.projector, running.ledger.height());
        const staleBefore = stale;
        stale = await staleIntervals(running.database, options.lane);
        if (options.json)
          terminal.json({
            file: basename(file),
            source: part.source,
            passedOver: part.passedOver,
            ...facts(summary),
            becameStale: stale - staleBefore,
          });
        else {
          tell(file, part.passedOver, summary, context);
          if (stale > staleBefore) terminal.print(`  ${staleSentence(stale - staleBefore)}`);
        }
        if (summary.refused > 0) context.endWith(EXIT.failed);
      }
    }
  } finally {
    await running.close();
  }
}

/** The meter files of a file; what is wrong with one is told with its name. */
async function partsOf(
  file: string,
  wide: WideOptions | undefined,
  { format, lane }: ImportOptions,
): Promise<MeterFile[]> {
  const bytes = await readFile(file).catch((error: unknown) => {
    // Of a folder the system names no path.
    throw new CommandFailure(`${file}: ${systemReason(error)}.`, EXIT.unavailable, { cause: error });
  });
  try {
    return await readMeterFiles(bytes, { format, wide, lane });
  } catch (error) {
    if (!(error instanceof MeterFileError)) throw error;
    throw new CommandFailure(sentence(`${file}: ${error.message}`), EXIT.usage, { cause: error });
  }
}

/** Whoever signs for the first time on an embedded ledger is given keys for good: a mistyped name must not be. */
async function providerOf(database: Database, { lane, provider }: ImportOptions): Promise<string> {
  const known = await providersByLane(database);
  const appointed = known.get(lane);
  if (!appointed) {
    const lanes = known.size === 0 ? 'no lane has one' : `there are in ${[...known.keys()].join(', ')}`;
    throw new CommandFailure(`The lane ${lane} has no connection; ${lanes}.`, EXIT.unavailable);
  }
  if (provider === undefined && appointed.length === 1) return appointed[0];
  if (provider === undefined) {
    throw new CommandFailure(
      `The connections of ${lane} name several providers, ${appointed.join(', ')}: name one with --provider.`,
      EXIT.usage,
    );
  }
  if (appointed.includes(provider)) return provider;
  throw new CommandFailure(
    `There is no such provider: no connection of ${lane} names ${provider}, they name ${appointed.join(', ')}.`,
    EXIT.unavailable,
  );
}

function wideOf({ unit, direction, interval }: ImportOptions): WideOptions | undefined {
  if (interval !== undefined && !isIntervalSeconds(interval)) {
    throw new CommandFailure('--interval must be 300, 900, 1800 or 3600.', EXIT.usage);
  }
  if ((unit === undefined) !== (direction === undefined)) {
    throw new CommandFailure('--unit and --direction of a wide file go together.', EXIT.usage);
  }
  if (unit === undefined || direction === undefined) return undefined;
  return { unit, direction, ...(interval === undefined ? {} : { durationSeconds: interval }) };
}

const facts = (summary: ImportSummary): object => ({
  ...summary,
  examples: summary.examples.map(({ meter, start, code }) => ({
    meter,
    start: new Date(start).toISOString(),
    code,
  })),
});

function tell(
  file: string,
  passedOver: Readonly<Record<string, number>>,
  summary: ImportSummary,
  { terminal }: CommandContext,
): void {
  const { recorded, revised, unchanged, refused } = summary;
  terminal.print(
    `${basename(file)}: ${counted(summary.read, 'reading')}: ${grouped(recorded)} recorded, ` +
      `${grouped(revised)} revised, ${grouped(unchanged)} unchanged, ${grouped(refused)} refused`,
  );
  const detail = (what: string, count: number): void => {
    if (count > 0) terminal.print(`  ${what}: ${grouped(count)}`);
  };
  for (const [what, count] of Object.entries(passedOver)) detail(`passed over, ${what}`, count);
  detail('recorded or revised as MISSING', summary.recordedMissing);
  detail("missing, where the ledger's reading stands", summary.missing);
  detail("without one of the meter's registers", summary.incomplete);
  for (const [code, count] of Object.entries(summary.refusedByCode)) {
    terminal.print(`  ${code}: ${grouped(count)}. ${refusalSentence(code as RefusedCode)}`);
  }
  for (const { meter, start, code } of summary.examples) {
    terminal.print(`  ${meter} ${new Date(start).toISOString()} ${code}`);
  }
}
