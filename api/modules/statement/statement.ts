/** Sums a participant's positions over a period. */
import { sql, type RawBuilder } from 'kysely';
import { viewerOf, type RequestContext } from '../../context.js';
import { visible, type Condition } from '../../visibility/visible.js';
import type { StageTotal } from '../metering/types.js';
import type { Participant } from '../registration/types.js';
import type { Row } from '../row.js';
import { linesOf, versionsIn } from './lines.js';
import type { Period } from './period.js';
import { Statement, type StatementStage } from './types.js';

export async function statementOf(
  owner: Participant,
  period: Period,
  context: RequestContext,
): Promise<Statement> {
  const viewer = viewerOf(context);
  const { db } = context.database;
  // A row a connection: its sums, and as arrays what the lines need of each interval, which is far cheaper than a
  // row for each. Lateral, so that each connection's intervals are one stretch of an index whatever the statistics.
  const { rows: connections } = await sql<Row>`
    select o.sanctioned_load_w as load, n.interval_seconds as seconds, ${staleIn(period)} as stale, s.*
    from connection o join network n on n.number = o.network and n.lane = o.lane
    cross join lateral (
      select count(*) as positions, ${SUMS}, ${PER_INTERVAL} from (
        select s.lane, o.number as connection, s.start, ${ARRAYS}, array_position(s.connection, o.number) as at
        from position_set s
        where s.band = o.number / 32 and s.lane = o.lane and ${within('s', period)}
        offset 0) p
      where p.at is not null and ${visible(viewer, 'position')}
    ) s
    where ${ofOwner(owner)} order by o.number`.execute(db);
  const cited = connections.flatMap(versionsIn);
  const { rows: versions } = await sql<Row>`select v.tariff, v.version, v.lines from tariff_version v
    join (select distinct * from
      unnest(${cited.map((c) => c.tariff)}::bigint[], ${cited.map((c) => c.version)}::integer[])) as k(tariff, version)
      on k.tariff = v.tariff and k.version = v.version
    where v.lane = ${owner.lane} order by v.tariff, v.version`.execute(db);
  const { rows: trades } = await sql<Row>`select t.* from connection o
    cross join lateral (${tradesOn('seller', period, context)} union all ${tradesOn('buyer', period, context)}) t
    where ${ofOwner(owner)}`.execute(db);
  return summed(owner, period, { connections, trades }, linesOf(owner.lane, connections, versions));
}

const ofOwner = ({ lane, row }: Participant): Condition =>
  sql`o.participant = ${row.number}::bigint and o.lane = ${lane}`;

/** Rows of a period that count. */
const within = (alias: 's' | 't', { fromMs, toMs }: Period): Condition => {
  const of = sql.ref(alias);
  return sql`${of}.start >= ${fromMs}::bigint and ${of}.start < ${toMs}::bigint and ${of}.counts`;
};

/** Whether any of connection `o`'s intervals awaits a revision. */
const staleIn = ({ fromMs, toMs }: Period): Condition => sql`exists (select 1 from run r
  join position p on p.connection = o.number and p.start = r.start and p.run = r.run and p.market = r.market
    and p.lane = r.lane
  where r.stale and r.start >= ${fromMs}::bigint and r.start < ${toMs}::bigint and r.lane = o.lane and p.counts)`;

const SUMMED = [
  ...['import_wh', 'export_wh', 'contracted_bought_wh', 'contracted_sold_wh', 'nominated_bought_wh'],
  ...['nominated_sold_wh', 'community_bought_wh', 'community_sold_wh', 'community_bought_micros'],
  ...['community_sold_micros', 'residual_import_micros', 'residual_export_micros', 'levies_micros'],
  ...['standing_micros', 'bill_micros', 'retail_only_micros'],
];
/** What a statement reads of the rows that a member shares with its neighbours (migration 6). */
const ARRAYS = sql.join([...SUMMED, 'tariff', 'tariff_version'].map((column) => sql.ref(`s.${column}`)));
/** The member's own value, at its place: looked for once a row, as `offset 0` keeps the query within as it is. */
const own = (column: string): RawBuilder<unknown> => sql`p.${sql.ref(column)}[p.at]`;
const ownOrZero = (column: string): RawBuilder<unknown> => sql`coalesce(${own(column)}, 0)`;
const SUMS = sql.join(SUMMED.map((column) => sql`coalesce(sum(${own(column)}), 0) as ${sql.ref(column)}`));

/** What is traded with members, over all stages. */
const overStages = (side: 'bought' | 'sold'): RawBuilder<unknown> =>
  sql.join(
    ['contracted', 'nominated', 'community'].map((stage) => ownOrZero(`${stage}_${side}_wh`)),
    sql` + `,
  );
/** Columns of the intervals, in one order. */
const PER_INTERVAL = sql`
  array_agg(p.start) as starts, array_agg(${ownOrZero('import_wh')}) as imports,
  array_agg(${ownOrZero('export_wh')}) as exports, array_agg(${overStages('bought')}) as boughts,
  array_agg(${overStages('sold')}) as solds, array_agg(${own('tariff')}) as tariffs,
  array_agg(${own('tariff_version')}) as tariff_versions`;

/** Sums of connection `o`'s bilateral trades of one side; only a side that is one is in its index. */
const tradesOn = (side: 'seller' | 'buyer', period: Period, context: RequestContext) => sql`
  select t.stage, ${sql.lit(side === 'seller')} as sold, sum(t.amount) as amount from bilateral_trade t
  where t.${sql.ref(side)} = o.number and t.${sql.ref(side)} > 0 and t.lane = o.lane and ${within('t', period)}
    and ${visible(viewerOf(context), 'trade')}
  group by t.stage`;

function summed(
  owner: Participant,
  { fromMs, toMs, timeZone }: Period,
  { connections, trades }: { connections: readonly Row[]; trades: readonly Row[] },
  lines: Statement['lines'],
): Statement {
  const total = (rows: readonly Row[], column: string): bigint =>
    rows.reduce((sum, row) => sum + BigInt(row[column] as string), 0n);
  const sum = (column: string): bigint => total(connections, column);
  const traded = (stage: string, sold: boolean): bigint =>
    total(
      trades.filter((t) => t.stage === stage && t.sold === sold),
      'amount',
    );
  const stageOf = (wh: bigint, amount: bigint): StageTotal => ({
    quantityWh: String(wh),
    amountMicros: String(amount),
  });
  const bilateral = (stage: 'contracted' | 'nominated'): StatementStage => ({
    bought: stageOf(sum(`${stage}_bought_wh`), traded(stage.toUpperCase(), false)),
    sold: stageOf(sum(`${stage}_sold_wh`), traded(stage.toUpperCase(), true)),
  });
  const boughtWh = sum('contracted_bought_wh') + sum('nominated_bought_wh') + sum('community_bought_wh');
  const soldWh = sum('contracted_sold_wh') + sum('nominated_sold_wh') + sum('community_sold_wh');
  const bill = sum('bill_micros');
  const retailOnly = sum('retail_only_micros');
  return Object.assign(new Statement(), {
    owner,
    from: fromMs,
    to: toMs,
    timeZone,
    positions: Number(sum('positions')),
    importWh: String(sum('import_wh')),
    exportWh: String(sum('export_wh')),
    contracted: bilateral('contracted'),
    nominated: bilateral('nominated'),
    community: {
      bought: stageOf(sum('community_bought_wh'), sum('community_bought_micros')),
      sold: stageOf(sum('community_sold_wh'), sum('community_sold_micros')),
    },
    residualImport: stageOf(sum('import_wh') - boughtWh, sum('residual_import_micros')),
    residualExport: stageOf(sum('export_wh') - soldWh, 0n - sum('residual_export_micros')),
    leviesMicros: String(sum('levies_micros')),
    standingMicros: String(sum('standing_micros')),
    billMicros: String(bill),
    retailOnlyMicros: String(retailOnly),
    savingMicros: String(retailOnly - bill),
    savingIsNegative: retailOnly < bill,
    stale: connections.some(({ stale }) => stale as boolean),
    lines,
  });
}
