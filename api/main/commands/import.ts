/** `gridbook import`: meter files into the ledger. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { isIntervalSeconds } from '../../../schema/intervals.js';
import { ORGANISATIONS } from '../../demo/rules.js';
import { importReadings, type ImportSummary } from '../../metering/importer.js';
import { FORMATS, readMeterFiles, type MeterFormat } from '../../metering/read-file.js';
import { DIRECTIONS, WIDE_UNITS, type WideOptions } from '../../metering/wide-csv.js';
import { levelWith, openRunning } from '../composition.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, requireLedger } from '../data-folder.js';
import { CommandFailure, EXIT } from '../exit.js';
import { counted } from '../figures.js';
import { choiceOption, wholeOption } from '../options.js';
import { showProgress } from '../progress.js';

interface ImportOptions {
  readonly data?: string;
  readonly format?: MeterFormat;
  readonly unit?: WideOptions['unit'];
  readonly direction?: WideOptions['direction'];
  readonly interval?: number;
  readonly provider: string;
  readonly lane: string;
  readonly reason: string;
  readonly json?: boolean;
}

export function addImport(program: Command, context: CommandContext): void {
  program
    .command('import')
    .summary('record meter files: NEM12, zipped or not, and CSV')
    .description(
      'Reads each file whole, refuses it whole where its form is wrong, and records its readings. What the ledger has\n' +
        'already changes nothing; what differs becomes a revision. Ends with 1 where readings were refused.',
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
      'metering data provider that gives the readings',
      ORGANISATIONS.provider.organisation,
    )
    .option('--lane <id>', 'host organisation of the meters', ORGANISATIONS.host.organisation)
    .option('--reason <text>', 'why readings that differ are revised', 'later meter file')
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object a file')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook import readings.csv\n  gridbook import day.zip --provider Meterworks\n' +
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
  const folder = dataFolderAt(options.data ?? settings.data);
  requireLedger(folder);
  const wide = wideOf(options);
  // All files are read before anything is recorded: one that is malformed stops all of them.
  const read = await Promise.all(
    files.map(async (file) => ({
      file,
      parts: await readMeterFiles(await readFile(file), { format: options.format, wide }),
    })),
  );
  const running = await openRunning({ folder, databaseUrl: settings.databaseUrl });
  try {
    await levelWith(running.projector, running.ledger.height());
    for (const { file, parts } of read) {
      for (const part of parts) {
        const progress = showProgress(terminal, basename(file), 'commands');
        const summary = await importReadings(part, {
          lanes: running.lanes,
          database: running.database,
          lane: options.lane,
          identity: { organisation: options.provider, role: ORGANISATIONS.provider.role },
          reason: options.reason,
          progress: (done, total) => progress.update(done, total),
        });
        progress.end();
        await levelWith(running.projector, running.ledger.height());
        if (options.json)
          terminal.json({
            file: basename(file),
            source: part.source,
            passedOver: part.passedOver,
            ...facts(summary),
          });
        else tell(file, part.passedOver, summary, context);
        if (summary.refused > 0) context.endWith(EXIT.failed);
      }
    }
  } finally {
    await running.close();
  }
}

function wideOf({ unit, direction, interval }: ImportOptions): WideOptions | undefined {
  if (interval !== undefined && !isIntervalSeconds(interval)) {
    throw new CommandFailure('--interval must be 300, 900, 1800 or 3600.', EXIT.usage);
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
    `${basename(file)}: ${counted(summary.read, 'reading')}: ${recorded} recorded, ${revised} revised, ` +
      `${unchanged} unchanged, ${refused} refused`,
  );
  for (const [what, count] of Object.entries(passedOver)) terminal.print(`  passed over: ${count} ${what}`);
  if (summary.missing > 0) {
    terminal.print(`  missing, where the ledger's reading stands: ${summary.missing}`);
  }
  if (summary.incomplete > 0) {
    terminal.print(`  without one of the meter's registers: ${summary.incomplete}`);
  }
  for (const [code, count] of Object.entries(summary.refusedByCode)) terminal.print(`  ${code}: ${count}`);
  for (const { meter, start, code } of summary.examples) {
    terminal.print(`  ${meter} ${new Date(start).toISOString()} ${code}`);
  }
}
