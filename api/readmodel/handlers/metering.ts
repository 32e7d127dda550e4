/** Readings, settled intervals and what came of them. */
import { hash } from 'node:crypto';
import { amountMicros } from '../../../schema/arithmetic.js';
import { cell } from '../../../schema/fields.js';
import type { EventView } from '../../../schema/read-event.js';
import { AGREEMENT_KIND } from '../../../schema/trade/market.js';
import type { MicrosPerMWh, Wh } from '../../../schema/units.js';
import {
  eventOf,
  num,
  numOrNull,
  text,
  type AppliedCommand,
  type Handler,
  type Projection,
} from './command.js';

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
    const totals = addPositions(c, p, SHOWN, settled);
    addOutcome(c, p, SHOWN, settled);
    addRun(c, p, settled.fields, { ...totals, members: settled.count });
  },
  runPost: (c, p) => {
    const posted = eventOf(c, 'runPartPosted');
    const { fields } = posted;
    const run = [c.lane, num(fields, 'market'), num(fields, 'start'), num(fields, 'run')] as const;
    addPositions(c, p, WAITING, posted);
    addOutcome(c, p, WAITING, posted);
    p.changes.add('run_part', ...run, num(fields, 'from'), c.block, c.position);
    const completed = c.events.find((e) => e.shape.name === 'runCompleted');
    if (!completed) return;
    for (const table of ['position', 'trade']) {
      p.changes.update(
        `with waiting as (delete from open_${table}
           where market = $2::bigint and start = $3::bigint and run = $4::integer and lane = $1 returning *)
         insert into ${table} select * from waiting`,
        ...run,
      );
    }
    const total = (name: string): number => num(completed.fields, name);
    addRun(c, p, completed.fields, {
      ...{ imported: total('importWh'), exported: total('exportWh'), members: total('members') },
    });
  },
};

/** The tables of positions and trades: of runs that are settled, and of such as wait for their other parts. */
interface Tables {
  readonly position: 'position' | 'open_position';
  readonly trade: 'trade' | 'open_trade';
}
const SHOWN: Tables = { position: 'position', trade: 'trade' };
const WAITING: Tables = { position: 'open_position', trade: 'open_trade' };

/** The bilateral trades of a run or part, and what of it became a receivable. */
function addOutcome(c: AppliedCommand, p: Projection, tables: Tables, settled: EventView): void {
  for (const event of c.events) {
    if (event.shape.name === 'tradesMade') addBilateral(c, p, tables, settled, event);
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
  for (let i = 0; i < rows.connection.length; i++) {
    changes.add(
      'reading',
      ...[lane, rows.connection[i], start, seconds, revisionOf(i), rows.importWh[i], rows.exportWh[i]],
      ...[rows.quality[i], source, block],
    );
  }
}

/** Positions, and the community's trades, which they tell; answers what was metered. */
function addPositions(
  c: AppliedCommand,
  p: Projection,
  tables: Tables,
  { fields, shape, count, columns }: EventView,
): { imported: number; exported: number } {
  const names = Object.keys(shape.rows ?? {});
  const column = (name: string): ((row: number) => number) => {
    const values = columns[names.indexOf(name)];
    return (row) => cell(values, row) as number;
  };
  const connection = column('connection');
  const revision = column('readingRevision');
  const importWh = column('importWh');
  const exportWh = column('exportWh');
  const stages = names
    .slice(names.indexOf('contractedBoughtWh'), names.indexOf('bilateralMicros'))
    .map(column);
  const communityBought = column('communityBoughtWh');
  const communitySold = column('communitySoldWh');
  const bilateral = column('bilateralMicros');
  const tariff = column('tariff');
  const version = column('tariffVersion');
  const bill = ['residualImportMicros', 'residualExportMicros', 'leviesMicros', 'standingMicros'].map(column);
  const retailOnly = column('retailOnlyMicros');
  const market = num(fields, 'market');
  const start = num(fields, 'start');
  const run = num(fields, 'run');
  const price = numOrNull(fields, 'communityPriceMicrosPerMWh');
  const amount = (wh: number): number => (wh === 0 ? 0 : amountMicros(price as MicrosPerMWh, wh as Wh));
  let imported = 0;
  let exported = 0;
  for (let i = 0; i < count; i++) {
    const boughtMicros = amount(communityBought(i));
    const soldMicros = amount(communitySold(i));
    const parts = bill.map((part) => part(i));
    const total = parts.reduce((a, b) => a + b, bilateral(i) + boughtMicros - soldMicros);
    imported += importWh(i);
    exported += exportWh(i);
    p.changes.add(
      tables.position,
      ...[c.lane, market, connection(i), start, run, revision(i), importWh(i), exportWh(i)],
      ...stages.map((wh) => wh(i)),
      ...[bilateral(i), boughtMicros, soldMicros, tariff(i), version(i), ...parts, total, retailOnly(i)],
    );
    const pool = { stage: 'COMMUNITY', agreement: 0, price: price as number };
    if (communitySold(i) > 0) {
      addTrade(c, p, tables, fields, {
        ...pool,
        seller: connection(i),
        buyer: 0,
        wh: communitySold(i),
        amount: soldMicros,
      });
    }
    if (communityBought(i) > 0) {
      addTrade(c, p, tables, fields, {
        ...pool,
        seller: 0,
        buyer: connection(i),
        wh: communityBought(i),
        amount: boughtMicros,
      });
    }
  }
  return { imported, exported };
}

interface Totals {
  readonly imported: number;
  readonly exported: number;
  readonly members: number;
}

/** A run that is settled: from here on it counts, and no earlier one of its interval does. */
function addRun(
  c: AppliedCommand,
  p: Projection,
  fields: Record<string, unknown>,
  { imported, exported, members }: Totals,
): void {
  const run = num(fields, 'run');
  const [market, start] = [num(fields, 'market'), num(fields, 'start')];
  p.changes.add(
    'run',
    ...[c.lane, market, start, run, text(fields, 'kind'), fields.backfill as boolean, false],
    ...[numOrNull(fields, 'communityPriceMicrosPerMWh'), num(fields, 'unmatchedByCapWh')],
    ...[text(fields, 'inputDigest'), text(fields, 'outputDigest')],
    ...[imported, exported, members, c.block, c.position],
  );
  p.changes.settle({ lane: c.lane, market, start, run });
  if (run === 0) return;
  for (const table of ['position', 'trade']) {
    p.changes.update(
      `update ${table} set counts = false
       where market = $2::bigint and start = $3::bigint and run < $4::integer and lane = $1 and counts`,
      ...[c.lane, market, start, run],
    );
  }
}

interface Traded {
  readonly stage: string;
  readonly agreement: number;
  readonly seller: number;
  readonly buyer: number;
  readonly wh: number;
  readonly price: number;
  readonly amount: number;
}

/** One id for both sides (P2P-15): they and the regulator look the trade up by it. */
function addTrade(
  c: AppliedCommand,
  p: Projection,
  tables: Tables,
  run: Record<string, unknown>,
  t: Traded,
): void {
  const market = num(run, 'market');
  const start = num(run, 'start');
  const number = num(run, 'run');
  const id = hash(
    'sha256',
    JSON.stringify([c.lane, market, start, number, t.stage, t.buyer, t.seller, t.agreement]),
  );
  p.changes.add(
    tables.trade,
    ...[
      id,
      c.lane,
      market,
      start,
      number,
      t.stage,
      t.agreement,
      t.seller,
      t.buyer,
      t.wh,
      t.price,
      t.amount,
      c.block,
    ],
  );
}

function addBilateral(
  c: AppliedCommand,
  p: Projection,
  tables: Tables,
  settled: EventView,
  { count, columns }: EventView,
): void {
  const at = (column: number, row: number): number => cell(columns[column], row) as number;
  for (let i = 0; i < count; i++) {
    addTrade(c, p, tables, settled.fields, {
      stage: AGREEMENT_KIND[at(6, i)],
      agreement: at(0, i),
      seller: at(1, i),
      buyer: at(2, i),
      wh: at(3, i),
      price: at(4, i),
      amount: at(5, i),
    });
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
