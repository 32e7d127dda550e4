/** Relay connections: a page, where it stands, and the cursor of each of its rows. */
import { ArgsType, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { InputError } from '../input-error.js';
import { Instant } from '../scalars.js';

const MOST = 100;

@ArgsType()
export class PageArgs {
  @Field(() => Int, { description: 'How many, 1 to 100.' })
  declare first: number;

  @Field(() => String, { nullable: true, description: 'Cursor of the last one of the page before.' })
  declare after?: string | null;
}

@ArgsType()
export class PeriodArgs extends PageArgs {
  @Field(() => Instant, { nullable: true, description: 'Interval starts from then on.' })
  declare from?: number | null;
  @Field(() => Instant, { nullable: true, description: 'Interval starts before then.' })
  declare to?: number | null;
}

@ObjectType({ description: 'Where a page stands in the whole.' })
export class PageInfo {
  @Field({ description: 'Whether more follow.' })
  declare hasNextPage: boolean;

  @Field({ description: 'Whether the page follows a cursor.' })
  declare hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first one of this page.' })
  declare startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last one of this page.' })
  declare endCursor: string | null;
}

export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
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

    @Field(() => PageInfo, { description: 'Where the page stands in the whole.' })
    declare pageInfo: PageInfo;
  }
  return Connection;
}

/** Type of a column that rows are listed by. */
export type CursorType = 'bigint' | 'integer' | 'text';
const FORMS: Readonly<Record<CursorType, RegExp>> = {
  bigint: /^(0|[1-9]\d{0,17})$/,
  integer: /^(0|[1-9]\d{0,8})$/,
  text: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
};
const MOST_CHARACTERS = 500;

/** A cursor says of which list it is, and the key of its row there. */
export const encodeCursor = (list: string, values: readonly string[]): string =>
  Buffer.from([list, ...values].join(':')).toString('base64url');

/** The key that a cursor stands for; what is no cursor of the list is refused. */
export function decodeCursor(list: string, types: readonly CursorType[], cursor: string): string[] {
  const [name, ...values] = Buffer.from(cursor.slice(0, MOST_CHARACTERS), 'base64url').toString().split(':');
  const isCursor =
    name === list &&
    values.length === types.length &&
    types.every((type, i) => FORMS[type].test(values[i])) &&
    encodeCursor(list, values) === cursor;
  return isCursor ? values : badInput('after is not a cursor of this list');
}

export function checkFirst({ first }: PageArgs): void {
  if (first < 1 || first > MOST) badInput(`first must be from 1 to ${MOST}`);
}

/** An argument that does not fit; the value itself is not repeated. */
export function badInput(message: string): never {
  throw new InputError(message);
}
