/**
 * What all members of a run traded together, kept on the run's row: summed for every reader anew, a page of runs
 * would read every position of each. Sums of amounts may exceed a bigint.
 */
import type { Migration } from './index.js';

const COLUMNS = [
  ...['participants', 'contracted_wh', 'contracted_micros', 'nominated_wh', 'nominated_micros'],
  ...['community_wh', 'community_micros', 'residual_import_wh', 'residual_import_micros'],
  ...['residual_export_wh', 'residual_export_micros'],
];
const typeOf = (column: string): string => (column === 'participants' ? 'integer' : 'numeric');

export const runTotals: Migration = {
  number: 5,
  name: 'run-totals',
  statements: [
    `alter table run ${COLUMNS.map((c) => `add column ${c} ${typeOf(c)} not null default 0`).join(', ')}`,
    // The one place that says what totals are. Lateral, so that each run's rows are one stretch of an index.
    `create view run_totals as select r.lane, r.market, r.start, r.run, s.*, b.* from run r
      cross join lateral (select
          count(distinct o.participant)::integer as participants,
          coalesce(sum(p.contracted_bought_wh), 0) as contracted_wh,
          coalesce(sum(p.nominated_bought_wh), 0) as nominated_wh,
          coalesce(sum(p.community_bought_wh), 0) as community_wh,
          coalesce(sum(p.community_bought_micros), 0) as community_micros,
          coalesce(sum(p.import_wh - p.contracted_bought_wh - p.nominated_bought_wh - p.community_bought_wh), 0)
            as residual_import_wh,
          coalesce(sum(p.residual_import_micros), 0) as residual_import_micros,
          coalesce(sum(p.export_wh - p.contracted_sold_wh - p.nominated_sold_wh - p.community_sold_wh), 0)
            as residual_export_wh,
          -coalesce(sum(p.residual_export_micros), 0) as residual_export_micros
        from position p left join connection o on o.number = p.connection and o.lane = p.lane
        where p.market = r.market and p.start = r.start and p.run = r.run and p.lane = r.lane) s
      cross join lateral (select
          coalesce(sum(t.amount) filter (where t.stage = 'CONTRACTED'), 0) as contracted_micros,
          coalesce(sum(t.amount) filter (where t.stage = 'NOMINATED'), 0) as nominated_micros
        from trade t
        where t.market = r.market and t.start = r.start and t.run = r.run and t.lane = r.lane) b`,
    `update run r set ${COLUMNS.map((c) => `${c} = t.${c}`).join(', ')} from run_totals t
      where t.market = r.market and t.start = r.start and t.run = r.run and t.lane = r.lane`,
  ],
};
