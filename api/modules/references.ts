/** Arguments that name a record by its node id, as conditions of a list. */
import { sql } from 'kysely';
import type { RefKind } from '../../schema/fields.js';
import { decodeRef } from '../node-id.js';
import type { Condition } from '../visibility/visible.js';

/**
 * Whether a row names the record in one of the columns. Without an id every row does; an id of something else names
 * nothing, like that of a record which is not there.
 */
export function namedBy(
  kind: RefKind,
  id: string | null | undefined,
  alias: string,
  ...columns: readonly string[]
): Condition {
  if (id === undefined || id === null) return sql`true`;
  const ref = decodeRef(kind, id);
  if (!ref) return sql`false`;
  const any = columns.map((column) => sql`${sql.ref(`${alias}.${column}`)} = ${ref.number}::bigint`);
  return sql`${sql.ref(`${alias}.lane`)} = ${ref.lane} and (${sql.join(any, sql` or `)})`;
}
