/** What happened interval by interval in a stretch of time, from the read model; for plots. */
import type { Database } from '../readmodel/database.js';
import { big, LAST_POSITIONS, type MarketReference, type StageName, type Stretch } from './day-figures.js';

export interface IntervalFigures {
  /** ms since 1970. */
  readonly start: number;
  /** Community price in micros per MWh; undefined where nothing was traded. */
  readonly priceMicrosPerMWh: bigint | undefined;
  readonly wh: Readonly<Record<StageName, bigint>>;
  readonly moneyMicros: Readonly<Record<StageName, bigint>>;
}

/** Figures of each settled interval, ascending. */
export async function intervalFigures(
  database: Database,
  market: MarketReference,
  { from, to }: Stretch,
): Promise<IntervalFigures[]> {
  const parameters = [market.lane, market.number, from, to];
  const rows = await database.transaction(
    async (session) =>
      (
        await session.run(
          `with last as (${LAST_POSITIONS}),
             bilateral as (
               select t.start,
                 sum(case when t.stage = 'CONTRACTED' then t.amount end) as contracted,
                 sum(case when t.stage = 'NOMINATED' then t.amount end) as nominated
               from bilateral_trade t
               where t.lane = $1 and t.market = $2::bigint
                 and (t.start, t.run) in (select distinct start, run from last)
               group by t.start)
           select p.start, r.price, b.contracted, b.nominated,
             sum(p.contracted_bought_wh) as contracted_wh, sum(p.nominated_bought_wh) as nominated_wh,
             sum(p.community_bought_wh) as community_wh,
             sum(p.import_wh - p.contracted_bought_wh - p.nominated_bought_wh - p.community_bought_wh) as import_wh,
             sum(p.export_wh - p.contracted_sold_wh - p.nominated_sold_wh - p.community_sold_wh) as export_wh,
             sum(p.community_bought_micros) as community,
             sum(p.residual_import_micros) as residual_import, sum(p.residual_export_micros) as residual_export
           from last p
           join run r on r.lane = p.lane and r.market = p.market and r.start = p.start and r.run = p.run
           left join bilateral b on b.start = p.start
           group by p.start, r.price, b.contracted, b.nominated order by p.start`,
          parameters,
        )
      ).rows,
  );
  return rows.map((row) => ({
    start: Number(row.start),
    priceMicrosPerMWh: row.price === null ? undefined : big(row.price),
    wh: {
      contracted: big(row.contracted_wh),
      nominated: big(row.nominated_wh),
      community: big(row.community_wh),
      residualImport: big(row.import_wh),
      residualExport: big(row.export_wh),
    },
    moneyMicros: {
      contracted: big(row.contracted),
      nominated: big(row.nominated),
      community: big(row.community),
      residualImport: big(row.residual_import),
      residualExport: -big(row.residual_export),
    },
  }));
}
