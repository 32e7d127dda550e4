/** Which version of the projection made a read model's rows: what an older one left out, only the blocks say. */
import { emptyTables } from './rebuild.js';
import type { Session } from './session.js';

/** One more whenever rows are kept that older versions did not make. */
const PROJECTION = 1;

/** Empties a read model that another version made, so that it is made anew from block 0; answers whether it did. */
export async function keepProjection(session: Session): Promise<boolean> {
  const { rows } = await session.run('select height, projection from checkpoint where id = 1');
  if (rows[0].projection === PROJECTION) return false;
  const isOlder = Number(rows[0].height) > 0;
  if (isOlder) await emptyTables(session);
  await session.run('update checkpoint set projection = $1::integer where id = 1', [PROJECTION]);
  return isOlder;
}
