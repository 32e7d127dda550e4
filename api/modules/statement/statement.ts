/** Sums a participant's positions over a period. */
import { sql } from 'kysely';
import { viewerOf, type RequestContext } from '../../context.js';
import { visible } from '../../visibility/visible.js';
import type { StageTotal } from '../metering/types.js';
import type { Participant } from '../registration/types.js';
import type { Row } from '../row.js';
import { linesOf } from './lines.js';
import { connectionsOf, countedPositions } from './lists.js';
import type { Period } from './period.js';
import { Statement, type StatementStage } from './types.js';

export async function statementOf(
  owner: Participant,
  period: Period,
  context: RequestContext,
): Promise<Statement> {
  const viewer = viewerOf(context);
  const { db } = context.database;
  const counted = sql`${countedPositions(owner, period)} and ${visible(viewer, 'position')}`;
  // One row: the sums, and as arrays what the lines need of each interval, which is far cheaper than a row for each.
  const { rows: totals } = await sql<Row>`select count(*) as positions, ${SUMS},
      coalesce(bool_or(r.stale), false) as stale, ${PER_INTERVAL}
    from position p
    join connection c on c.number = p.connection and c.lane = p.lane
    join network n on n.number = c.network and n.lane = c.lane
    join run r on r.market = p.market and r.start = p.start and r.run = p.run and r.lane = p.lane
    where ${counted}`.execute(db);
  const [total] = totals;
  const cited = versionsIn(total);
  const { rows: versions } = await sql<Row>`select v.tariff, v.version, v.lines from tariff_version v
    join unnest(${cited.map((c) => c.tariff)}::bigint[], ${cited.map((c) => c.version)}::integer[]) as k(tariff, version)
      on k.tariff = v.tariff and k.version = v.version
    where v.lane = ${owner.lane} order by v.tariff, v.version`.execute(db);
  const { rows: trades } = await sql<Row>`select t.stage, t.sold, sum(t.amount) as amount
    from (${tradesOn('seller', owner, period, context)} union all ${tradesOn('buyer', owner, period, context)}) t
    group by t.stage, t.sold`.execute(db);
  return summed(owner, period, total, trades, linesOf(owner.lane, total, versions));
}

/** The versions of tariffs that the intervals cite, each once. */
function versionsIn(total: Row): { tariff: string; version: number }[] {
  const tariffs = (total.tariffs ?? []) as string[];
  const versions = (total.tariff_versions ?? []) as number[];
  const cited = new Map(
    tariffs.map((tariff, i) => [`${tariff}.${versions[i]}`, { tariff, version: versions[i] }]),
  );
  return [...cited.values()];
}

const SUMMED = [
  ...['import_wh', 'export_wh', 'contracted_bought_wh', 'contracted_sold_wh', 'nominated_bought_wh'],
  ...['nominated_sold_wh', 'community_bought_wh', 'community_sold_wh', 'community_bought_micros'],
  ...['community_sold_micros', 'residual_import_micros', 'residual_export_micros', 'levies_micros'],
  ...['standing_micros', 'bill_micros', 'retail_only_micros'],
];
const SUMS = sql.join(
  SUMMED.map((column) => sql`coalesce(sum(${sql.ref(`p.${column}`)}), 0) as ${sql.ref(column)}`),
);

/** Columns of the intervals, in one order. */
const PER_INTERVAL = sql`
  array_agg(p.start) as starts, array_agg(p.import_wh) as imports, array_agg(p.export_wh) as exports,
  array_agg(p.contracted_bought_wh + p.nominated_bought_wh + p.community_bought_wh) as boughts,
  array_agg(p.contracted_sold_wh + p.nominated_sold_wh + p.community_sold_wh) as solds,
  array_agg(p.tariff) as tariffs, array_agg(p.tariff_version) as tariff_versions,
  array_agg(c.sanctioned_load_w) as loads, array_agg(n.interval_seconds) as seconds`;

/** Bilateral trades of one side; a look-up of its own, so that each side finds its index. */
const tradesOn = (
  side: 'seller' | 'buyer',
  owner: Participant,
  { fromMs, toMs }: Period,
  context: RequestContext,
) => sql`select t.stage, t.amount, ${sql.lit(side === 'seller')} as sold from trade t
  where t.${sql.ref(side)} in (${connectionsOf(owner)}) and t.lane = ${owner.lane}
    and t.start >= ${fromMs}::bigint and t.start < ${toMs}::bigint and t.stage <> 'COMMUNITY'
    and t.run = (select max(l.run) from run l where l.market = t.market and l.start = t.start and l.lane = t.lane)
    and ${visible(viewerOf(context), 'trade')}`;

function summed(
  owner: Participant,
  { fromMs, toMs }: Period,
  totals: Row,
  trades: readonly Row[],
  lines: Statement['lines'],
): Statement {
  const sum = (column: string): bigint => BigInt(totals[column] as string);
  const traded = (stage: string, sold: boolean): bigint =>
    BigInt((trades.find((t) => t.stage === stage && t.sold === sold)?.amount as string | undefined) ?? 0);
  const total = (wh: bigint, amount: bigint): StageTotal => ({
    quantityWh: String(wh),
    amountMicros: String(amount),
  });
  const bilateral = (stage: 'contracted' | 'nominated'): StatementStage => ({
    bought: total(sum(`${stage}_bought_wh`), traded(stage.toUpperCase(), false)),
    sold: total(sum(`${stage}_sold_wh`), traded(stage.toUpperCase(), true)),
  });
  const boughtWh = sum('contracted_bought_wh') + sum('nominated_bought_wh') + sum('community_bought_wh');
  const soldWh = sum('contracted_sold_wh') + sum('nominated_sold_wh') + sum('community_sold_wh');
  const bill = sum('bill_micros');
  const retailOnly = sum('retail_only_micros');
  return Object.assign(new Statement(), {
    owner,
    from: fromMs,
    to: toMs,
    positions: Number(totals.positions),
    importWh: String(sum('import_wh')),
    exportWh: String(sum('export_wh')),
    contracted: bilateral('contracted'),
    nominated: bilateral('nominated'),
    community: {
      bought: total(sum('community_bought_wh'), sum('community_bought_micros')),
      sold: total(sum('community_sold_wh'), sum('community_sold_micros')),
    },
    residualImport: total(sum('import_wh') - boughtWh, sum('residual_import_micros')),
    residualExport: total(sum('export_wh') - soldWh, 0n - sum('residual_export_micros')),
    leviesMicros: String(sum('levies_micros')),
    standingMicros: String(sum('standing_micros')),
    billMicros: String(bill),
    retailOnlyMicros: String(retailOnly),
    savingMicros: String(retailOnly - bill),
    savingIsNegative: retailOnly < bill,
    stale: totals.stale as boolean,
    lines,
  });
}
