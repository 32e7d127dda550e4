/** Writes to runs what their members traded together, as the view `run_totals` sums it. */
import type { Session } from './session.js';

/** A settled run. */
export interface RunKey {
  readonly lane: string;
  readonly market: number;
  readonly start: number;
  readonly run: number;
}

export const TOTAL_COLUMNS = [
  ...['participants', 'contracted_wh', 'contracted_micros', 'nominated_wh', 'nominated_micros'],
  ...['community_wh', 'community_micros', 'residual_import_wh', 'residual_import_micros'],
  ...['residual_export_wh', 'residual_export_micros'],
] as const;

const WRITE_TOTALS = `update run r set ${TOTAL_COLUMNS.map((c) => `${c} = t.${c}`).join(', ')}
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[]) as k(lane, market, start, run)
  join run_totals t on t.market = k.market and t.start = k.start and t.run = k.run and t.lane = k.lane
  where r.market = k.market and r.start = k.start and r.run = k.run and r.lane = k.lane`;

/** Totals of runs whose positions and trades are written, in one statement. */
export async function writeTotals(session: Session, runs: readonly RunKey[]): Promise<void> {
  if (runs.length === 0) return;
  const columns = (['lane', 'market', 'start', 'run'] as const).map((name) => runs.map((run) => run[name]));
  await session.run(WRITE_TOTALS, columns);
}
