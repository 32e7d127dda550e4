/**
 * Settled intervals whose readings were revised since. The ledger marks them and keeps what was settled; a run that
 * posts the difference (P2P-13) is not there yet, and this is the one place where commands tell so.
 */
import type { Database } from '../readmodel/database.js';
import { counted } from './figures.js';

/** How many intervals of a lane, or of one of its markets, are stale. */
export async function staleIntervals(database: Database, lane: string, market?: string): Promise<number> {
  let query = database.db
    .selectFrom('run')
    .select(['market', 'start'])
    .distinct()
    .where('lane', '=', lane)
    .where('stale', '=', true);
  if (market !== undefined) query = query.where('market', '=', market);
  return (await query.execute()).length;
}

/** What a revision means for what is settled, as a user reads it. */
export const staleSentence = (count: number): string =>
  `${counted(count, 'settled interval')} ${count === 1 ? 'is' : 'are'} stale: readings were revised after settlement. ` +
  'What was settled stands and its statements say so; this version does not settle an interval a second time.';
