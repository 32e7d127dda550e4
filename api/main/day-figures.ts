/** What a community did over a stretch of time, by stage and by member, from the read model. */
import type { Database } from '../readmodel/database.js';

export interface StageFigures {
  readonly wh: bigint;
  /** What buyers pay in the stage; for residual export what members receive. */
  readonly moneyMicros: bigint;
}

export const STAGES = ['contracted', 'nominated', 'community', 'residualImport', 'residualExport'] as const;
export type StageName = (typeof STAGES)[number];

export interface MemberFigures {
  /** Id of the member's meter. */
  readonly id: string;
  readonly importWh: bigint;
  readonly exportWh: bigint;
  readonly boughtWh: bigint;
  readonly soldWh: bigint;
  readonly billMicros: bigint;
  readonly retailOnlyMicros: bigint;
}

export interface CommunityFigures {
  readonly market: MarketReference;
  readonly intervals: bigint;
  readonly readings: bigint;
  readonly importWh: bigint;
  readonly exportWh: bigint;
  readonly stages: Readonly<Record<StageName, StageFigures>>;
  /** Lines that stay payable, on traded energy. */
  readonly leviesMicros: bigint;
  /** Lines by the day and by capacity. */
  readonly standingMicros: bigint;
  /** What rounding left, on the market's rounding account: community buyers' payments less sellers' receipts. */
  readonly roundingMicros: bigint;
  readonly members: readonly MemberFigures[];
}

export interface MarketReference {
  readonly lane: string;
  readonly number: string;
  readonly marketId: string;
  readonly network: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly intervalSeconds: number;
}

/** From an instant up to another, in ms since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Markets of the read model, in the order in which they were made. */
export async function marketsOf(database: Database): Promise<MarketReference[]> {
  const rows = await database.db
    .selectFrom('market as m')
    .innerJoin('network as n', (j) => j.onRef('n.lane', '=', 'm.lane').onRef('n.number', '=', 'm.network'))
    .innerJoin('unit as u', (j) => j.onRef('u.lane', '=', 'm.lane').onRef('u.number', '=', 'm.unit'))
    .select([
      'm.lane',
      'm.number',
      'm.market_id',
      'm.network',
      'u.currency',
      'n.time_zone',
      'n.interval_seconds',
    ])
    .orderBy('m.block')
    .orderBy('m.lane')
    .orderBy('m.number')
    .execute();
  return rows.map((r) => ({
    lane: r.lane,
    number: r.number,
    marketId: r.market_id,
    network: r.network,
    currency: r.currency,
    timeZone: r.time_zone,
    intervalSeconds: r.interval_seconds,
  }));
}

/** First start and last end of what is settled in a market; undefined where nothing is. */
export async function settledStretch(
  database: Database,
  market: MarketReference,
): Promise<Stretch | undefined> {
  const row = await database.db
    .selectFrom('run')
    .select(({ fn }) => [fn.min('start').as('first'), fn.max('start').as('last')])
    .where('lane', '=', market.lane)
    .where('market', '=', market.number)
    .executeTakeFirst();
  if (row?.first === undefined || row.first === null) return undefined;
  return { from: Number(row.first), to: Number(row.last) + market.intervalSeconds * 1000 };
}

/** Positions of the last run of each interval; `$1` lane, `$2` market, `$3` and `$4` the stretch. */
export const LAST_POSITIONS = `
  select p.* from position p
  join (select lane, market, start, max(run) as run from run
        where lane = $1 and market = $2::bigint and start >= $3::bigint and start < $4::bigint
        group by lane, market, start) r
    on r.lane = p.lane and r.market = p.market and r.start = p.start and r.run = p.run`;

const SUMS = `
  count(distinct start) as intervals,
  sum(import_wh) as import_wh, sum(export_wh) as export_wh,
  sum(contracted_bought_wh) as contracted_wh, sum(nominated_bought_wh) as nominated_wh,
  sum(community_bought_wh) as community_wh,
  sum(contracted_bought_wh + nominated_bought_wh + community_bought_wh) as bought_wh,
  sum(contracted_sold_wh + nominated_sold_wh + community_sold_wh) as sold_wh,
  sum(community_bought_micros) as community_bought, sum(community_sold_micros) as community_sold,
  sum(residual_import_micros) as residual_import, sum(residual_export_micros) as residual_export,
  sum(levies_micros) as levies, sum(standing_micros) as standing,
  sum(bill_micros) as bill, sum(retail_only_micros) as retail_only`;

/** Sums over a stretch of time; zeros where nothing is settled. */
export async function communityFigures(
  database: Database,
  market: MarketReference,
  { from, to }: Stretch,
): Promise<CommunityFigures> {
  const parameters = [market.lane, market.number, from, to];
  const { total, members, bilateral, readings } = await database.transaction(async (session) => ({
    total: (await session.run(`select ${SUMS} from (${LAST_POSITIONS}) p`, parameters)).rows[0],
    members: (
      await session.run(
        `select c.meter_id, s.* from (select connection, ${SUMS} from (${LAST_POSITIONS}) p group by connection) s
         join connection c on c.lane = $1 and c.number = s.connection order by c.slot, c.number`,
        parameters,
      )
    ).rows,
    bilateral: (
      await session.run(
        `select t.stage, sum(t.amount) as amount from bilateral_trade t
         join (select start, max(run) as run from run
               where lane = $1 and market = $2::bigint and start >= $3::bigint and start < $4::bigint
               group by start) r on r.start = t.start and r.run = t.run
         where t.lane = $1 and t.market = $2::bigint group by t.stage`,
        parameters,
      )
    ).rows,
    readings: (
      await session.run(
        `select count(*) as readings from (
           select distinct r.connection, r.start from reading r
           join connection c on c.lane = r.lane and c.number = r.connection
           where r.lane = $1 and c.network = $2::bigint and r.start >= $3::bigint and r.start < $4::bigint) d`,
        [market.lane, market.network, from, to],
      )
    ).rows[0],
  }));
  const paid = new Map(bilateral.map((row) => [row.stage as string, big(row.amount)]));
  return {
    market,
    intervals: big(total.intervals),
    readings: big(readings.readings),
    importWh: big(total.import_wh),
    exportWh: big(total.export_wh),
    stages: {
      contracted: { wh: big(total.contracted_wh), moneyMicros: paid.get('CONTRACTED') ?? 0n },
      nominated: { wh: big(total.nominated_wh), moneyMicros: paid.get('NOMINATED') ?? 0n },
      community: { wh: big(total.community_wh), moneyMicros: big(total.community_bought) },
      residualImport: {
        wh: big(total.import_wh) - big(total.bought_wh),
        moneyMicros: big(total.residual_import),
      },
      residualExport: {
        wh: big(total.export_wh) - big(total.sold_wh),
        moneyMicros: -big(total.residual_export),
      },
    },
    leviesMicros: big(total.levies),
    standingMicros: big(total.standing),
    roundingMicros: big(total.community_bought) - big(total.community_sold),
    members: members.map((row) => ({
      id: row.meter_id as string,
      importWh: big(row.import_wh),
      exportWh: big(row.export_wh),
      boughtWh: big(row.bought_wh),
      soldWh: big(row.sold_wh),
      billMicros: big(row.bill),
      retailOnlyMicros: big(row.retail_only),
    })),
  };
}

/** An amount as the database gives it; nothing summed is zero. */
export const big = (value: unknown): bigint => {
  if (value === null || value === undefined) return 0n;
  return BigInt(typeof value === 'number' || typeof value === 'string' ? value : String(value));
};
