/** Readings, settled intervals and what came of them. */
import type { Json } from '../../../schema/canonical.js';
import { cell } from '../../../schema/fields.js';
import type { EventView } from '../../../schema/read-event.js';
import { AGREEMENT_KIND } from '../../../schema/trade/market.js';
import { arrayText, bandsOf, numbersText } from '../bands.js';
import { columnSum, NO_TOTALS, totalsOf, type Totals } from '../run-totals.js';
import {
  eventOf,
  num,
  numOrNull,
  text,
  type AppliedCommand,
  type Handler,
  type Projection,
} from './command.js';
import { addBilateral, addPositions, type Readiness } from './positions.js';

export const METERING: Readonly<Record<string, Handler>> = {
  readingsRecord: (c, p) => {
    addReadings(c, p, () => 0);
  },
  readingsRevise: (c, p) => {
    const { columns } = eventOf(c, 'readingsRevised');
    addReadings(c, p, (row) => cell(columns[1], row) as number);
    for (const { shape, fields } of c.events) {
      if (shape.name !== 'runStale') continue;
      p.changes.update(
        `update run set stale = true
         where market = $2::bigint and start = $3::bigint and run = $4::integer and lane = $1`,
        ...[c.lane, fields.market, fields.start, fields.run],
      );
    }
  },
  intervalSettle: (c, p) => {
    const settled = eventOf(c, 'intervalSettled');
    const { count } = settled;
    const { of, boughtMicros } = addPositions(c, p, '', settled);
    addOutcome(c, p, '', settled);
    const participants = participantsOf(c, p, of('connection'), count);
    addRun(c, p, settled.fields, {
      ...{ imported: columnSum(of('importWh'), count), exported: columnSum(of('exportWh'), count) },
      ...{
        members: count,
        totals: totalsOf({ count, participants, of, communityMicros: boughtMicros }, bilateralOf(c)),
      },
    });
  },
  runPost: (c, p) => {
    const posted = eventOf(c, 'runPartPosted');
    const { fields } = posted;
    const run = [c.lane, num(fields, 'market'), num(fields, 'start'), num(fields, 'run')] as const;
    addPositions(c, p, 'open_', posted);
    addOutcome(c, p, 'open_', posted);
    p.changes.add('run_part', ...run, num(fields, 'from'), c.block, c.position);
    const completed = c.events.find((e) => e.shape.name === 'runCompleted');
    if (!completed) return;
    for (const table of ['position_set', 'bilateral_trade']) {
      p.changes.update(
        `with waiting as (delete from open_${table}
           where market = $2::bigint and start = $3::bigint and run = $4::integer and lane = $1 returning *)
         insert into ${table} select * from waiting`,
        ...run,
      );
    }
    const total = (name: string): number => num(completed.fields, name);
    addRun(c, p, completed.fields, {
      ...{ imported: BigInt(total('importWh')), exported: BigInt(total('exportWh')) },
      ...{ members: total('members'), totals: NO_TOTALS },
    });
    const [lane, market, start, number] = run;
    p.changes.sumUp({ lane, market, start, run: number });
  },
};

/** The bilateral trades of a run or part, and what of it became a receivable. */
function addOutcome(c: AppliedCommand, p: Projection, open: Readiness, settled: EventView): void {
  for (const event of c.events) {
    if (event.shape.name === 'tradesMade') addBilateral(c, p, open, settled, event);
    else if (event.shape.name === 'receivablesRaised') addReceivables(c, p, event);
  }
}

function addReadings(c: AppliedCommand, { changes }: Projection, revisionOf: (row: number) => number): void {
  const rows = c.args.rows as Record<'connection' | 'importWh' | 'exportWh', number[]> & {
    quality: string[];
  };
  const { lane, block } = c;
  const start = num(c.args, 'start');
  const seconds = num(c.args, 'durationSeconds');
  const source = text(c.args, 'source');
  const count = rows.connection.length;
  const revisions = Array.from({ length: count }, (_, row) => revisionOf(row));
  for (const stretch of bandsOf(rows.connection, count)) {
    const numbers = [rows.connection, revisions, rows.importWh, rows.exportWh];
    changes.add(
      'reading_set',
      ...[lane, stretch.band, start, seconds, source, block],
      ...numbers.map((column) => numbersText(column, stretch)),
      arrayText(rows.quality.slice(stretch.from, stretch.to)),
    );
  }
}

interface Settled {
  readonly imported: bigint;
  readonly exported: bigint;
  readonly members: number;
  readonly totals: Totals;
}

/** Participants of the members, each counted once. */
function participantsOf(c: AppliedCommand, { owners }: Projection, connections: Json, count: number): number {
  const found = new Set<number | undefined>();
  for (let i = 0; i < count; i++) found.add(owners.of(c.lane, cell(connections, i) as number));
  found.delete(undefined);
  return found.size;
}

/** What the trades between two members come to. */
function bilateralOf(c: AppliedCommand): { contractedMicros: bigint; nominatedMicros: bigint } {
  let [contractedMicros, nominatedMicros] = [0n, 0n];
  for (const { shape, count, columns } of c.events) {
    if (shape.name !== 'tradesMade') continue;
    for (let i = 0; i < count; i++) {
      const amount = BigInt(cell(columns[5], i) as number);
      if (AGREEMENT_KIND[cell(columns[6], i) as number] === 'CONTRACTED') contractedMicros += amount;
      else nominatedMicros += amount;
    }
  }
  return { contractedMicros, nominatedMicros };
}

/** A run that is settled: from here on it counts, and no earlier one of its interval does. */
function addRun(
  c: AppliedCommand,
  p: Projection,
  fields: Record<string, unknown>,
  { imported, exported, members, totals }: Settled,
): void {
  const run = num(fields, 'run');
  const [market, start] = [num(fields, 'market'), num(fields, 'start')];
  p.changes.add(
    'run',
    ...[c.lane, market, start, run, text(fields, 'kind'), fields.backfill as boolean, false],
    ...[numOrNull(fields, 'communityPriceMicrosPerMWh'), num(fields, 'unmatchedByCapWh')],
    ...[text(fields, 'inputDigest'), text(fields, 'outputDigest')],
    ...[String(imported), String(exported), members, c.block, c.position],
    ...totals,
  );
  if (run === 0) return;
  for (const table of ['position_set', 'bilateral_trade']) {
    p.changes.update(
      `update ${table} set counts = false
       where market = $2::bigint and start = $3::bigint and run < $4::integer and lane = $1 and counts`,
      ...[c.lane, market, start, run],
    );
  }
}

function addReceivables(c: AppliedCommand, p: Projection, { fields, count, columns }: EventView): void {
  for (let i = 0; i < count; i++) {
    p.changes.add(
      'receivable',
      ...[p.receivableId(), c.lane, num(fields, 'market'), num(c.args, 'start')],
      ...columns.map((column) => cell(column, i) as number),
      num(fields, 'dueAt'),
    );
  }
}
