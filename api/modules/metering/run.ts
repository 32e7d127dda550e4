/** Runs by their key, within what the viewer may see. */
import { sql } from 'kysely';
import { viewerOf, type RequestContext } from '../../context.js';
import { visible } from '../../visibility/visible.js';
import type { Row } from '../paging.js';
import { SettlementRun } from './types.js';

/** Parts: market, start, run. */
export async function runById(
  lane: string,
  parts: readonly string[],
  context: RequestContext,
): Promise<SettlementRun | null> {
  if (parts.length !== 3 || !parts.every((part) => /^\d{1,15}$/.test(part))) return null;
  const [market, start, run] = parts;
  const { rows } =
    await sql<Row>`select r.* from run r where r.market = ${market}::bigint and r.start = ${start}::bigint
    and r.run = ${run}::bigint and r.lane = ${lane} and ${visible(viewerOf(context), 'run')}`.execute(
      context.database.db,
    );
  return rows.length === 0 ? null : new SettlementRun(rows[0]);
}

/** The latest run of an interval. */
export async function latestRun(
  market: { lane: string; number: number },
  startMs: number,
  context: RequestContext,
): Promise<SettlementRun | null> {
  const { rows } = await sql<Row>`select r.* from run r where r.market = ${market.number}::bigint
    and r.start = ${startMs}::bigint and r.lane = ${market.lane} and ${visible(viewerOf(context), 'run')}
    order by r.run desc limit 1`.execute(context.database.db);
  return rows.length === 0 ? null : new SettlementRun(rows[0]);
}
