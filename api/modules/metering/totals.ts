/** Totals of intervals, each request's in one statement. */
import DataLoader from 'dataloader';
import { sql } from 'kysely';
import type { RequestContext } from '../../context.js';
import type { Row } from '../paging.js';
import type { IntervalTotals, SettlementRun, StageTotal } from './types.js';

interface Key {
  readonly lane: string;
  readonly market: string;
  readonly start: string;
  readonly run: number;
}

const loaders = new WeakMap<RequestContext, DataLoader<Key, IntervalTotals, string>>();
const nameOf = (k: Key): string => `${k.lane}/${k.market}/${k.start}/${k.run}`;

/** Totals of a run that the viewer may see. */
export function totalsOf(context: RequestContext, { lane, row }: SettlementRun): Promise<IntervalTotals> {
  let loader = loaders.get(context);
  if (!loader) {
    loader = new DataLoader((keys: readonly Key[]) => read(context, keys), { cacheKeyFn: nameOf });
    loaders.set(context, loader);
  }
  return loader.load({
    lane,
    market: row.market as string,
    start: row.start as string,
    run: row.run as number,
  });
}

async function read(context: RequestContext, keys: readonly Key[]): Promise<IntervalTotals[]> {
  const { rows } = await sql<Row>`select k.lane, k.market, k.start, k.run,
      sum(p.import_wh) as import_wh, sum(p.export_wh) as export_wh,
      sum(p.contracted_bought_wh) as contracted, sum(p.nominated_bought_wh) as nominated,
      sum(p.community_bought_wh) as community, sum(p.community_bought_micros) as community_micros,
      sum(p.import_wh - p.contracted_bought_wh - p.nominated_bought_wh - p.community_bought_wh) as residual_import,
      sum(p.residual_import_micros) as residual_import_micros,
      sum(p.export_wh - p.contracted_sold_wh - p.nominated_sold_wh - p.community_sold_wh) as residual_export,
      -sum(p.residual_export_micros) as residual_export_micros,
      (select coalesce(sum(t.amount), 0) from trade t where t.start = k.start and t.market = k.market
        and t.run = k.run and t.lane = k.lane and t.stage = 'CONTRACTED') as contracted_micros,
      (select coalesce(sum(t.amount), 0) from trade t where t.start = k.start and t.market = k.market
        and t.run = k.run and t.lane = k.lane and t.stage = 'NOMINATED') as nominated_micros
    from unnest(${keys.map((k) => k.lane)}::text[], ${keys.map((k) => k.market)}::bigint[],
      ${keys.map((k) => k.start)}::bigint[], ${keys.map((k) => k.run)}::integer[]) as k(lane, market, start, run)
    join position p on p.start = k.start and p.market = k.market and p.run = k.run and p.lane = k.lane
    group by k.lane, k.market, k.start, k.run`.execute(context.database.db);
  const found = new Map(rows.map((row) => [nameOf(row as unknown as Key), row]));
  return keys.map((key) => totals(found.get(nameOf(key)) ?? {}));
}

function totals(row: Row): IntervalTotals {
  const at = (column: string): string => String(row[column] ?? 0);
  const stage = (name: string): StageTotal => ({ quantityWh: at(name), amountMicros: at(`${name}_micros`) });
  return {
    importWh: at('import_wh'),
    exportWh: at('export_wh'),
    contracted: stage('contracted'),
    nominated: stage('nominated'),
    community: stage('community'),
    residualImport: stage('residual_import'),
    residualExport: stage('residual_export'),
  };
}
