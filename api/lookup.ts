/** Looking up many things in one statement, within what the viewer may see. */
import { sql, type RawBuilder } from 'kysely';
import type { Viewer } from './auth/viewer.js';
import type { Row } from './modules/row.js';
import type { Database } from './readmodel/database.js';
import { ROW_KINDS, visible, type RowKind } from './visibility/visible.js';

/** A way to find values by keys: one statement for all keys that a request asks for at a time. */
export interface Lookup<K, V> {
  /** The same for keys that mean the same. */
  readonly nameOf: (key: K) => string;
  /** Values in the order of the keys; undefined where there is none, or none for this viewer. */
  readonly read: (
    keys: readonly K[],
    database: Database,
    viewer: Viewer,
  ) => Promise<readonly (V | undefined)[]>;
}

export type KeyType = 'bigint' | 'integer' | 'text';
/** Columns of a key with their types, in order. */
export type KeyColumns = Readonly<Record<string, KeyType>>;

/** The name of a key whose columns stand in a row. */
export const keyName = (columns: KeyColumns, key: Row): string =>
  Object.keys(columns)
    .map((column) => String(key[column]))
    .join('/');

/** Keys as the rows of a table `k`, numbered from 1 in `k.key_order`. */
export function keyTable(columns: KeyColumns, keys: readonly Row[]): RawBuilder<unknown> {
  const names = Object.keys(columns);
  const arrays = names.map(
    (name) => sql`${keys.map((key) => String(key[name]))}::${sql.raw(`${columns[name]}[]`)}`,
  );
  const refs = names.map((name) => sql.ref(name));
  return sql`unnest(${sql.join(arrays)}) with ordinality as k(${sql.join(refs)}, key_order)`;
}

/** Whether a row read under an alias has the key's columns. */
export const hasKey = (columns: KeyColumns, alias: string): RawBuilder<boolean> =>
  sql<boolean>`${sql.join(
    Object.keys(columns).map((name) => sql`${sql.ref(`${alias}.${name}`)} = ${sql.ref(`k.${name}`)}`),
    sql` and `,
  )}`;

export interface RowLookup<V> {
  readonly rowKind: RowKind;
  /** Columns that tell its rows apart. */
  readonly key: KeyColumns;
  /** What is read, under the kind's alias; all columns by default. */
  readonly select?: RawBuilder<unknown>;
  /** What else is so of a row and its key `k`, for an index. */
  readonly where?: RawBuilder<unknown>;
  /** Where several rows have a key: the first one by this order is found. */
  readonly order?: RawBuilder<unknown>;
  readonly make: (row: Row, viewer: Viewer) => V;
}

/** Rows of a kind by their key. A key is any row that has the key's columns. */
export function rowLookup<V>({ rowKind, key, select, where, order, make }: RowLookup<V>): Lookup<Row, V> {
  const { table, alias } = ROW_KINDS[rowKind];
  const from = sql`${sql.table(table)} ${sql.ref(alias)}`;
  return {
    nameOf: (row) => keyName(key, row),
    read: async (keys, { db }, viewer) => {
      const is = sql`${where ?? sql`true`} and ${visible(viewer, rowKind)}`;
      const joined = order
        ? sql`cross join lateral (select ${sql.ref(alias)}.* from ${from}
            where ${hasKey(key, alias)} and ${is} order by ${order} limit 1) ${sql.ref(alias)}`
        : sql`join ${from} on ${hasKey(key, alias)} where ${is}`;
      const { rows } = await sql<Row>`select k.key_order, ${select ?? sql`${sql.ref(alias)}.*`}
        from ${keyTable(key, keys)} ${joined}`.execute(db);
      return inOrder(keys, rows, (row) => make(row, viewer));
    },
  };
}

/** Values in the order of their keys, by the `key_order` of the rows. */
export function inOrder<V>(
  keys: readonly unknown[],
  rows: readonly Row[],
  make: (row: Row) => V,
): (V | undefined)[] {
  const values = new Array<V | undefined>(keys.length).fill(undefined);
  for (const row of rows) values[Number(row.key_order) - 1] = make(row);
  return values;
}
