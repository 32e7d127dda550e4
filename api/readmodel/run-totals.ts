/**
 * What the members of a run traded together. Of a run that settles at once it is summed from what the run tells; of one
 * that was posted in parts from its rows, as the view `run_totals` sums them.
 */
import type { Json } from '../../schema/canonical.js';
import { ExactSum } from '../exact-sum.js';
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

/** Totals of a run, in the order of the columns; sums are decimal text. */
export type Totals = readonly (number | string)[];
/** Of a run whose rows are summed later. */
export const NO_TOTALS: Totals = TOTAL_COLUMNS.map(() => 0);

/** Sum of a column's rows, exact also beyond the safe integers. */
export function columnSum(column: Json, count: number): bigint {
  if (!Array.isArray(column)) return BigInt(column as number) * BigInt(count);
  const sum = new ExactSum();
  for (let i = 0; i < count; i++) sum.add(column[i] as number);
  return sum.total;
}

/** Totals of a run that settles at once. */
export function totalsOf(
  members: {
    readonly count: number;
    readonly participants: number;
    /** A column of the settlement's rows. */
    readonly of: (name: string) => Json;
    readonly communityMicros: Json;
  },
  bilateral: { readonly contractedMicros: bigint; readonly nominatedMicros: bigint },
): Totals {
  const total = (name: string): bigint => columnSum(members.of(name), members.count);
  const [contracted, nominated, community] = ['contracted', 'nominated', 'community'].map((stage) =>
    total(`${stage}BoughtWh`),
  );
  const sold = total('contractedSoldWh') + total('nominatedSoldWh') + total('communitySoldWh');
  return [
    ...[members.participants, contracted, bilateral.contractedMicros, nominated, bilateral.nominatedMicros],
    ...[community, columnSum(members.communityMicros, members.count)],
    ...[total('importWh') - contracted - nominated - community, total('residualImportMicros')],
    ...[total('exportWh') - sold, 0n - total('residualExportMicros')],
  ].map(String);
}

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
