/** The latest run of an interval: the one that counts. */
import { sql } from 'kysely';
import { viewerOf, type RequestContext } from '../../context.js';
import { visible } from '../../visibility/visible.js';
import type { Row } from '../row.js';
import { SettlementRun } from './types.js';

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
