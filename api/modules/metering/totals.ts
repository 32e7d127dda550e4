/** Totals of runs, each request's in one statement, where the viewer is told them. */
import { sql } from 'kysely';
import { inOrder, keyName, keyTable, type Lookup } from '../../lookup.js';
import { totalsAreTold } from '../../visibility/totals.js';
import { visible } from '../../visibility/visible.js';
import type { Row } from '../row.js';
import type { IntervalTotals, StageTotal } from './types.js';

const KEY = { lane: 'text', market: 'bigint', start: 'bigint', run: 'integer' } as const;

const positions = sql`select
    sum(p.import_wh) as import_wh, sum(p.export_wh) as export_wh,
    sum(p.contracted_bought_wh) as contracted_wh,
    sum(p.nominated_bought_wh) as nominated_wh,
    sum(p.community_bought_wh) as community_wh, sum(p.community_bought_micros) as community_micros,
    sum(p.import_wh - p.contracted_bought_wh - p.nominated_bought_wh - p.community_bought_wh) as residual_import_wh,
    sum(p.residual_import_micros) as residual_import_micros,
    sum(p.export_wh - p.contracted_sold_wh - p.nominated_sold_wh - p.community_sold_wh) as residual_export_wh,
    -sum(p.residual_export_micros) as residual_export_micros
  from position p where p.market = r.market and p.start = r.start and p.run = r.run and p.lane = r.lane`;
/** What bilateral trades come to; what the community's do stands in the positions. */
const trades = sql`select
    sum(t.amount) filter (where t.stage = 'CONTRACTED') as contracted_micros,
    sum(t.amount) filter (where t.stage = 'NOMINATED') as nominated_micros
  from trade t where t.market = r.market and t.start = r.start and t.run = r.run and t.lane = r.lane`;

/** Keys are rows of runs; none is found where the totals are withheld. */
export const TOTALS: Lookup<Row, IntervalTotals> = {
  nameOf: (run) => keyName(KEY, run),
  read: async (runs, { db }, viewer) => {
    const { rows } = await sql<Row>`select k.key_order, s.*, b.* from ${keyTable(KEY, runs)}
      join run r on r.market = k.market and r.start = k.start and r.run = k.run and r.lane = k.lane
      cross join lateral (${positions}) s cross join lateral (${trades}) b
      where ${visible(viewer, 'run')} and ${totalsAreTold(viewer)}`.execute(db);
    return inOrder(runs, rows, totalsFrom);
  },
};

function totalsFrom(row: Row): IntervalTotals {
  const at = (column: string): string => (row[column] ?? '0') as string;
  const stage = (name: string): StageTotal => ({
    quantityWh: at(`${name}_wh`),
    amountMicros: at(`${name}_micros`),
  });
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
