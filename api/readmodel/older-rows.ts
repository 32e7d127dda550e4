/** Rows of a read model that an older version made, which lack what only the blocks say. */
import type { Ledger } from '../../network/ledger.js';
import { emptyTables } from './rebuild.js';
import type { Session } from './session.js';

/**
 * Which transactions were recorded before (K11). Only a Fabric channel can have such: its read model is made anew from
 * block 0. Answers whether it is.
 */
export async function completeRows(session: Session, { engine }: Pick<Ledger, 'engine'>): Promise<boolean> {
  const { rows } = await session.run('select recorded from transaction order by block, position limit 1');
  if (rows.length === 0 || rows[0].recorded !== null) return false;
  if (engine === 'fabric') {
    await emptyTables(session);
    return true;
  }
  await session.run('update transaction set recorded = false where recorded is null');
  return false;
}
