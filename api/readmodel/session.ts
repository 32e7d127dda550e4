/** What both drivers offer: statements with text parameters and bulk rows in PostgreSQL's binary COPY form. */

export interface StatementResult {
  /** Columns by name. int8, numeric and text are strings; integers, booleans and JSON are what they are in JS. */
  readonly rows: Record<string, unknown>[];
  /** Rows that the statement touched, where it tells. */
  readonly affected: number;
  /** The command as the server names it: SELECT, COMMIT, … */
  readonly command: string;
}

/** One connection, held by one user at a time. */
export interface Session {
  run(sql: string, parameters?: readonly unknown[]): Promise<StatementResult>;
  /** Runs a `COPY … FROM STDIN` and feeds it the bytes; answers the number of rows. */
  copyIn(sql: string, data: Uint8Array): Promise<number>;
}

/** Hands out connections. PGlite has one, so that a holder waits for the one before it, first come first served. */
export interface SessionSource {
  acquire(): Promise<Session>;
  /** `broken`: the connection may be in an unknown state and is not used again where there are others. */
  release(session: Session, broken: boolean): void;
  close(): Promise<void>;
}

/** A parameter as the text that PostgreSQL reads; null stays null. Both drivers send parameters in this form. */
export function parameterText(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
      return value.toString();
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return null;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return arrayText(value);
      if (value instanceof Date) return value.toISOString();
      if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
      return JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'bigint' ? inner.toString() : inner,
      );
    case 'symbol':
    case 'function':
      throw new TypeError(`a parameter cannot be a ${typeof value}`);
  }
}

/** `{1,2,NULL,"text"}` */
function arrayText(items: readonly unknown[]): string {
  let text = '{';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    const item = items[i];
    if (typeof item === 'number' || typeof item === 'bigint' || typeof item === 'boolean')
      text += String(item);
    else if (item === null || item === undefined) text += 'NULL';
    else if (Array.isArray(item)) text += arrayText(item);
    else text += `"${(parameterText(item) ?? '').replace(/[\\"]/g, '\\$&')}"`;
  }
  return `${text}}`;
}

/** How a column's text becomes a value, by type number; any other type stays text. */
export type ColumnParser = (text: string) => unknown;
const number: ColumnParser = (text) => Number(text);
const json: ColumnParser = (text) => JSON.parse(text) as unknown;

const PARSERS: ReadonlyMap<number, ColumnParser> = new Map<number, ColumnParser>([
  [16, (text) => text === 't'], // bool
  [17, (text) => Buffer.from(text.slice(2), 'hex')], // bytea
  [21, number], // int2
  [23, number], // int4
  [26, number], // oid
  [114, json],
  [3802, json], // jsonb
  [700, number], // float4
  [701, number], // float8
  [1000, (text) => plainArray(text, (item) => item === 't')],
  [1005, (text) => plainArray(text, number)], // int2[]
  [1007, (text) => plainArray(text, number)], // int4[]
  [1016, (text) => plainArray(text)], // int8[]: text, as int8
  [1009, textArray], // text[]
  [1231, (text) => plainArray(text)], // numeric[]
]);
const asText: ColumnParser = (text) => text;
export const parserOf = (type: number): ColumnParser => PARSERS.get(type) ?? asText;

function plainArray(text: string, parse: ColumnParser = asText): unknown[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : parse(item)));
}

/** One dimension; elements may be quoted. */
function textArray(text: string): (string | null)[] {
  const items: (string | null)[] = [];
  for (const match of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)) {
    if (match[1] !== undefined) items.push(match[1].replace(/\\(.)/g, '$1'));
    else items.push(match[2] === 'NULL' ? null : match[2]);
  }
  return items;
}
