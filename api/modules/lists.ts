/**
 * Lists by keyset: a page begins behind the key of a row, not behind a number of rows, so that it holds still while
 * rows are added. The children of many parents are read in one statement.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Viewer } from '../auth/viewer.js';
import { hasKey, keyName, keyTable, type KeyColumns, type Lookup } from '../lookup.js';
import type { Database } from '../readmodel/database.js';
import { ROW_KINDS, visible, type Condition, type RowKind } from '../visibility/visible.js';
import {
  checkFirst,
  decodeCursor,
  encodeCursor,
  type CursorType,
  type Page,
  type PageArgs,
  type PeriodArgs,
} from './paging.js';
import type { Row } from './row.js';

export interface List<T> {
  /** Stands in its cursors. */
  readonly name: string;
  readonly rowKind: RowKind;
  /** What is read, under the kind's alias; all columns by default. */
  readonly select?: RawBuilder<unknown>;
  /** Columns of the kind by which it is listed, which tell its rows apart. */
  readonly key: Readonly<Record<string, CursorType>>;
  /** Greatest key first. */
  readonly descending?: boolean;
  readonly make: (row: Row, viewer: Viewer) => T;
}

/** A list of what belongs to a parent. */
export interface ChildList<T, A extends PageArgs = PageArgs> extends List<T> {
  /** Columns of the parent's row by which its children are found. */
  readonly parent: KeyColumns;
  /** Whether a row belongs to the parent `k`; by default its columns are the parent's. */
  readonly isChild?: Condition;
  readonly filter?: (args: A) => Condition;
}

/** A page of a list, in one statement. */
export async function listPage<T>(
  { database, viewer }: { readonly database: Database; readonly viewer: Viewer | undefined },
  list: List<T>,
  args: PageArgs,
  ...where: readonly Condition[]
): Promise<Page<T>> {
  if (!viewer) throw new Error('a list was asked for without a viewer');
  checkFirst(args);
  const { rows } = await sql<Row>`${pageOf(list, viewer, args, where)}`.execute(database.db);
  return pageFrom(list, rows, args, viewer);
}

/** Pages of the children of parents, all in one statement. */
export function childPages<T, A extends PageArgs>(list: ChildList<T, A>, args: A): Lookup<Row, Page<T>> {
  const { alias } = ROW_KINDS[list.rowKind];
  const isChild = list.isChild ?? hasKey(list.parent, alias);
  return {
    nameOf: (parent) => keyName(list.parent, parent),
    read: async (parents, { db }, viewer) => {
      checkFirst(args);
      const where = [isChild, ...(list.filter ? [list.filter(args)] : [])];
      const { rows } = await sql<Row>`select k.key_order, x.* from ${keyTable(list.parent, parents)}
        cross join lateral (${pageOf(list, viewer, args, where)}) x
        order by k.key_order, ${orderOf(list, 'x')}`.execute(db);
      const byParent = parents.map((): Row[] => []);
      for (const row of rows) byParent[Number(row.key_order) - 1].push(row);
      return byParent.map((children) => pageFrom(list, children, args, viewer));
    },
  };
}

function orderOf(list: List<unknown>, alias: string): RawBuilder<unknown> {
  const direction = list.descending ? sql` desc` : sql``;
  return sql.join(Object.keys(list.key).map((column) => sql`${sql.ref(`${alias}.${column}`)}${direction}`));
}

/** One row more than is asked for tells whether more follow. */
function pageOf(
  list: List<unknown>,
  viewer: Viewer,
  { first, after }: PageArgs,
  where: readonly Condition[],
): RawBuilder<unknown> {
  const { table, alias } = ROW_KINDS[list.rowKind];
  const conditions = [visible(viewer, list.rowKind), ...where];
  if (after !== undefined && after !== null) {
    const types = Object.values(list.key);
    const columns = Object.keys(list.key).map((column) => sql.ref(`${alias}.${column}`));
    const values = decodeCursor(list.name, types, after).map((v, i) => sql`${v}::${sql.raw(types[i])}`);
    conditions.push(sql`(${sql.join(columns)}) ${list.descending ? sql`<` : sql`>`} (${sql.join(values)})`);
  }
  return sql`select ${list.select ?? sql`${sql.ref(alias)}.*`} from ${sql.table(table)} ${sql.ref(alias)}
    where ${sql.join(conditions, sql` and `)} order by ${orderOf(list, alias)} limit ${sql.lit(first + 1)}`;
}

/** An edge whose cursor is made when it is asked for. */
class RowEdge<T> {
  constructor(
    private readonly list: List<T>,
    private readonly row: Row,
    readonly node: T,
  ) {}
  get cursor(): string {
    return encodeCursor(
      this.list.name,
      Object.keys(this.list.key).map((column) => String(this.row[column])),
    );
  }
}

function pageFrom<T>(
  list: List<T>,
  rows: readonly Row[],
  { first, after }: PageArgs,
  viewer: Viewer,
): Page<T> {
  const edges = rows.slice(0, first).map((row) => new RowEdge(list, row, list.make(row, viewer)));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== undefined && after !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Whether an interval's start, in a column, lies in the period. */
export const inPeriod = (column: string, { from, to }: PeriodArgs): Condition =>
  sql`${sql.ref(column)} >= ${from ?? 0}::bigint and ${sql.ref(column)} < ${to ?? Number.MAX_SAFE_INTEGER}::bigint`;
