/** `gridbook export`: figures as CSV, read from the ledger's blocks, also beside a running Gridbook. */
import { open, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { Session } from '../../readmodel/session.js';
import { openReading } from '../composition.js';
import type { CommandContext } from '../context.js';
import { addEngineOptions, ledgerPlace, type EngineOptions } from '../engine-options.js';
import { counted } from '../figures.js';
import { instantOption, requirePeriod } from '../options.js';
import { requireWritable } from '../output-file.js';
import { showProgress } from '../progress.js';

interface ExportOptions extends EngineOptions {
  readonly data?: string;
  readonly from?: number;
  readonly to?: number;
  readonly output?: string;
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;
const instant = (column: string): string =>
  `to_char(to_timestamp(${column} / 1000) at time zone 'UTC', ${ISO})`;

/** What can be exported: each a query of a stretch of time, `$1` to `$2`. */
const EXPORTS = {
  readings: `select r.lane, c.meter_id as meter, ${instant('r.start')} as start, r.duration_seconds, r.revision,
      r.import_wh, r.export_wh, r.quality, r.source
    from reading r join connection c on c.number = r.connection and c.lane = r.lane
    where r.start >= $1::bigint and r.start < $2::bigint order by r.start, r.connection, r.revision`,
  trades: `select t.id, t.lane, m.market_id as market, ${instant('t.start')} as start, t.run, t.stage,
      s.meter_id as seller, b.meter_id as buyer, t.quantity_wh, t.price as price_micros_per_mwh, t.amount as amount_micros
    from trade t join market m on m.number = t.market and m.lane = t.lane
    left join connection s on s.number = t.seller and s.lane = t.lane
    left join connection b on b.number = t.buyer and b.lane = t.lane
    where t.start >= $1::bigint and t.start < $2::bigint order by t.start, t.stage, t.seller, t.buyer, t.agreement`,
  entries: `select e.lane, e.account, a.kind, u.currency, e.sequence, e.amount as amount_micros,
      e.balance_after as balance_after_micros, e.command, ${instant('e.interval_start')} as interval_start,
      x.id as transaction_id, ${instant('x.time')} as time
    from entry e join account a on a.number = e.account and a.lane = e.lane
    join unit u on u.number = a.unit and u.lane = a.lane
    join transaction x on x.block = e.block and x.position = e.position
    where x.time >= $1::bigint and x.time < $2::bigint order by e.lane, e.account, e.sequence`,
  statements: `select p.lane, m.market_id as market, pa.participant_id as participant, c.meter_id as meter,
      ${instant('p.start')} as start, p.run, r.stale, r.backfill, p.import_wh, p.export_wh,
      p.contracted_bought_wh, p.contracted_sold_wh, p.nominated_bought_wh, p.nominated_sold_wh,
      p.community_bought_wh, p.community_sold_wh, p.bilateral_micros, p.community_bought_micros,
      p.community_sold_micros, p.residual_import_micros, p.residual_export_micros, p.levies_micros,
      p.standing_micros, p.bill_micros, p.retail_only_micros
    from position p join run r on r.market = p.market and r.start = p.start and r.run = p.run and r.lane = p.lane
    join market m on m.number = p.market and m.lane = p.lane
    join connection c on c.number = p.connection and c.lane = p.lane
    join participant pa on pa.number = c.participant and pa.lane = c.lane
    where p.start >= $1::bigint and p.start < $2::bigint and p.counts
    order by p.start, p.connection`,
} as const;
type ExportName = keyof typeof EXPORTS;

/** Rows that are in memory at a time. */
const ROWS = 2_000;

export function addExport(program: Command, context: CommandContext): void {
  addEngineOptions(program.command('export'))
    .summary('write statements, trades, entries or readings as CSV')
    .description(
      'Derives the figures from the ledger’s files, or the blocks of a network’s channel, and writes CSV with a header ' +
        'line. Energy in Wh, money in micros.',
    )
    .addArgument(new Argument('<what>', 'what to export').choices(Object.keys(EXPORTS)))
    .option('--from <instant>', 'from then on', instantOption('--from'))
    .option('--to <instant>', 'before then', instantOption('--to'))
    .option('--output <file>', 'write to this file instead of standard output')
    .option('--data <dir>', 'data folder')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook export statements --from 2025-06-01 --to 2025-07-01 --output june.csv\n  gridbook export readings | head',
    )
    .action((what: ExportName, options: ExportOptions) => write(what, options, context));
}

async function write(what: ExportName, options: ExportOptions, context: CommandContext): Promise<void> {
  const { terminal, settings, signal } = context;
  requirePeriod(options);
  const place = ledgerPlace(options, settings);
  if (options.output !== undefined) requireWritable(options.output);
  const progress = showProgress(terminal, 'Reading the ledger', 'blocks');
  const reading = await openReading(place, (done, total) => progress.update(done, total));
  progress.end();
  let file: FileHandle | undefined;
  const out = async (text: string): Promise<void> => {
    if (file) await file.appendFile(text);
    else terminal.raw(text);
  };
  try {
    if (options.output !== undefined) file = await open(options.output, 'w', 0o600);
    const rows = await reading.database.transaction((session) => stream(session, what, options, out, signal));
    const where = options.output === undefined ? '' : ` to ${resolve(options.output)}`;
    if (!signal.aborted) terminal.note(`Written: ${counted(rows, 'row')} of ${what}${where}`);
  } finally {
    await file?.close();
    await reading.close();
  }
}

/** Answers how many rows it wrote. */
async function stream(
  session: Session,
  what: ExportName,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: ExportOptions,
  out: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  await session.run(`declare rows no scroll cursor for ${EXPORTS[what]}`, [from, to]);
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const { rows } = await session.run(`fetch ${ROWS} from rows`);
    if (isFirst) await out(`${Object.keys(rows[0] ?? (await emptyRow(session, what))).join(',')}\n`);
    if (rows.length === 0) break;
    await out(rows.map((row) => `${Object.values(row).map(cell).join(',')}\n`).join(''));
    count += rows.length;
  }
  return count;
}

/** A row with every column and nothing in it: a period without rows has the header of one with some. */
async function emptyRow(session: Session, what: ExportName): Promise<object> {
  const { rows } = await session.run(
    `select q.* from (values (0)) as one left join (${EXPORTS[what]}) as q on false`,
    [0, 0],
  );
  return rows[0];
}

/** A value as CSV; quoted where it must be, and never a formula for a spreadsheet. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  if (/^-?\d+$/.test(text)) return text;
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
