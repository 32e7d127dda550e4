/** A trade by its id: both sides and the regulator read it, an outsider gets nothing (P2P-15). */
import { sql } from 'kysely';
import { viewerOf, type RequestContext } from '../../context.js';
import { visible } from '../../visibility/visible.js';
import type { Row } from '../paging.js';
import { Trade } from './types.js';

export async function tradeById(id: string, context: RequestContext): Promise<Trade | null> {
  const { rows } = await sql<Row>`select t.* from trade t
    where t.id = ${id} and ${visible(viewerOf(context), 'trade')}`.execute(context.database.db);
  return rows.length === 0 ? null : new Trade(rows[0]);
}
