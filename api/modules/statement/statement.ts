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
  const { rows: positions } = await sql<Row>`select p.start, p.import_wh, p.export_wh,
      p.contracted_bought_wh, p.contracted_sold_wh, p.nominated_bought_wh, p.nominated_sold_wh,
      p.community_bought_wh, p.community_sold_wh, p.community_bought_micros, p.community_sold_micros,
      p.residual_import_micros, p.residual_export_micros, p.levies_micros, p.standing_micros,
      p.bill_micros, p.retail_only_micros, p.tariff, p.tariff_version,
      c.sanctioned_load_w, n.interval_seconds, r.stale
    from position p
    join connection c on c.number = p.connection and c.lane = p.lane
    join network n on n.number = c.network and n.lane = c.lane
    join run r on r.market = p.market and r.start = p.start and r.run = p.run and r.lane = p.lane
    where ${counted}`.execute(db);
  const { rows: versions } = await sql<Row>`select v.tariff, v.version, v.lines from tariff_version v
    where v.lane = ${owner.lane} and (v.tariff, v.version) in
      (select p.tariff, p.tariff_version from position p where ${counted})`.execute(db);
  const { rows: trades } = await sql<Row>`select t.stage, t.sold, sum(t.amount) as amount
    from (${tradesOn('seller', owner, period, context)} union all ${tradesOn('buyer', owner, period, context)}) t
    group by t.stage, t.sold`.execute(db);
  return summed(owner, period, positions, trades, linesOf(owner.lane, positions, versions));
}

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
  positions: readonly Row[],
  trades: readonly Row[],
  lines: Statement['lines'],
): Statement {
  const sum = (column: string): bigint =>
    positions.reduce((total, p) => total + BigInt(p[column] as string), 0n);
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
    positions: positions.length,
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
    stale: positions.some((p) => p.stale as boolean),
    lines,
  });
}
