/** Relay connections over keyset pages: a cursor is the key of its row, so that pages hold still while rows are added. */
import { sql, type RawBuilder } from 'kysely';
import { ArgsType, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { InputError } from '../input-error.js';
import type { Database } from '../readmodel/database.js';
import type { Condition } from '../visibility/visible.js';

const MOST = 100;

@ArgsType()
export class PageArgs {
  @Field(() => Int, { description: 'How many, 1 to 100.' })
  declare first: number;

  @Field(() => String, { nullable: true, description: 'Cursor of the last one of the page before.' })
  declare after?: string | null;
}

@ObjectType({ description: 'Where a page stands in the whole.' })
export class PageInfo {
  @Field({ description: 'Whether more follow.' })
  declare hasNextPage: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the last one of this page.' })
  declare endCursor: string | null;
}

export interface Page<T> {
  readonly edges: { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
}

/** The connection type of a node type. */
export function connectionOf<T extends object>(node: ClassType<T>, name: string): ClassType<Page<T>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a page.` })
  class Edge {
    @Field({ description: 'Its cursor.' })
    declare cursor: string;

    @Field(() => node, { description: `The ${name}.` })
    declare node: T;
  }
  @ObjectType(`${name}Connection`, { description: `A page of ${name} records.` })
  class Connection {
    @Field(() => [Edge], { description: 'The records with their cursors.' })
    declare edges: Edge[];

    @Field(() => PageInfo, { description: 'Whether more follow.' })
    declare pageInfo: PageInfo;
  }
  return Connection;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Listing {
  readonly select: RawBuilder<unknown>;
  /** `from` with its joins. */
  readonly from: RawBuilder<unknown>;
  readonly where: readonly Condition[];
  /** Columns of the key, in the order of the list; all ascend or all descend. */
  readonly key: readonly string[];
  readonly descending?: boolean;
}

/** Reads a page in one statement. */
export async function page<T>(
  database: Database,
  listing: Listing,
  { first, after }: PageArgs,
  make: (row: Row) => T,
): Promise<Page<T>> {
  if (first < 1 || first > MOST) badInput('first must be from 1 to 100');
  const where = [...listing.where];
  const refs = listing.key.map((column) => sql.ref(column));
  if (after !== undefined && after !== null) {
    const values = cursorValues(after, listing.key.length).map((value) => sql`${value}`);
    const sign = listing.descending ? sql`<` : sql`>`;
    // Parameters are text; the columns of a key give them their types.
    where.push(sql`(${sql.join(refs)}) ${sign} (${sql.join(values)})`);
  }
  const order = refs.map((ref) => (listing.descending ? sql`${ref} desc` : sql`${ref}`));
  const keys = refs.map((ref, i) => sql`${ref}::text as ${sql.ref(`cursor_${i}`)}`);
  const { rows } = await sql<Row>`select ${listing.select}, ${sql.join(keys)} from ${listing.from}
    where ${sql.join(where, sql` and `)} order by ${sql.join(order)} limit ${sql.lit(first + 1)}`.execute(
    database.db,
  );
  const shown = rows.slice(0, first);
  const edges = shown.map((row) => ({
    cursor: encodeCursor(listing.key.map((_, i) => String(row[`cursor_${i}`]))),
    node: make(row),
  }));
  return {
    edges,
    pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null },
  };
}

const encodeCursor = (values: readonly string[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

const CURSOR_VALUE = /^[A-Za-z0-9._-]{1,64}$/;

function cursorValues(cursor: string, count: number): string[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor.slice(0, 500), 'base64url').toString());
  } catch {
    values = undefined;
  }
  const isCursor =
    Array.isArray(values) &&
    values.length === count &&
    values.every((value) => typeof value === 'string' && CURSOR_VALUE.test(value));
  if (!isCursor) return badInput('after is not a cursor of this list');
  return values as string[];
}

/** An argument that does not fit; the value itself is not repeated. */
export function badInput(message: string): never {
  throw new InputError(message);
}
