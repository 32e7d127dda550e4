/** The parts of PostgreSQL's wire protocol (version 3) that a session over PGlite speaks. */
import { parserOf, type ColumnParser, type StatementResult } from './session.js';

/** An error that the server answered. `code` is its SQLSTATE, as with `pg`. */
export class DatabaseError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly detail: string | undefined,
    readonly constraint: string | undefined,
    readonly table: string | undefined,
  ) {
    super(message);
    this.name = 'DatabaseError';
  }
}

const EXECUTE_AND_SYNC = Buffer.concat([
  message('D', Buffer.from('P\0')),
  message('E', Buffer.alloc(5)),
  message('S', Buffer.alloc(0)),
]);
const COPY_DONE = message('c', Buffer.alloc(0));

function message(type: string, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(body.length + 5);
  bytes.write(type, 0, 'latin1');
  bytes.writeInt32BE(body.length + 4, 1);
  bytes.set(body, 5);
  return bytes;
}

/** Parse, bind, describe, execute, sync: one statement with its text parameters. */
export function encodeStatement(sql: string, parameters: readonly (string | null)[]): Buffer {
  const sqlBytes = Buffer.byteLength(sql);
  let size = 5 + 1 + sqlBytes + 1 + 2 + 5 + 2 + 2 + 2 + 2;
  for (const p of parameters) size += 4 + (p === null ? 0 : Buffer.byteLength(p));
  const bytes = Buffer.allocUnsafe(size + EXECUTE_AND_SYNC.length);
  let at = bytes.write('P', 0, 'latin1');
  at = bytes.writeInt32BE(4 + 1 + sqlBytes + 1 + 2, at);
  at = bytes.writeUInt8(0, at); // the statement without a name
  at += bytes.write(sql, at);
  at = bytes.writeUInt8(0, at);
  at = bytes.writeInt16BE(0, at);
  const bind = at;
  at += bytes.write('B', at, 'latin1');
  at += 4;
  at = bytes.writeInt16BE(0, at); // no names
  at = bytes.writeInt16BE(0, at); // all parameters are text
  at = bytes.writeUInt16BE(parameters.length, at);
  for (const p of parameters) {
    if (p === null) at = bytes.writeInt32BE(-1, at);
    else {
      const length = bytes.write(p, at + 4);
      bytes.writeInt32BE(length, at);
      at += 4 + length;
    }
  }
  at = bytes.writeInt16BE(0, at); // all results are text
  bytes.writeInt32BE(at - bind - 1, bind + 1);
  EXECUTE_AND_SYNC.copy(bytes, at);
  return bytes.subarray(0, at + EXECUTE_AND_SYNC.length);
}

/** A `COPY … FROM STDIN` with its data. */
export function encodeCopyIn(sql: string, data: Uint8Array): Buffer {
  return Buffer.concat([message('Q', Buffer.from(`${sql}\0`)), message('d', data), COPY_DONE]);
}

/** Reads a server's answer; throws the first error in it. */
export function decodeAnswer(chunks: readonly Uint8Array[]): StatementResult {
  const bytes =
    chunks.length === 1
      ? Buffer.from(chunks[0].buffer, chunks[0].byteOffset, chunks[0].length)
      : Buffer.concat(chunks);
  const rows: Record<string, unknown>[] = [];
  let names: string[] = [];
  let parsers: ColumnParser[] = [];
  let tag = '';
  let error: DatabaseError | undefined;
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    switch (String.fromCharCode(bytes[at])) {
      case 'T':
        ({ names, parsers } = rowDescription(bytes, at + 5));
        break;
      case 'D':
        rows.push(dataRow(bytes, at + 5, names, parsers));
        break;
      case 'C':
        tag = bytes.toString('latin1', at + 5, end - 1);
        break;
      case 'E':
        error ??= errorResponse(bytes.toString('utf8', at + 5, end));
        break;
      default:
        break;
    }
    at = end;
  }
  if (error) throw error;
  const words = tag.split(' ');
  const affected = Number(words.at(-1));
  return { rows, command: words[0], affected: Number.isNaN(affected) ? 0 : affected };
}

function rowDescription(bytes: Buffer, from: number): { names: string[]; parsers: ColumnParser[] } {
  const names: string[] = [];
  const parsers: ColumnParser[] = [];
  let at = from + 2;
  for (let left = bytes.readInt16BE(from); left > 0; left--) {
    const end = bytes.indexOf(0, at);
    names.push(bytes.toString('utf8', at, end));
    // Table number, column number, then the type; length, modifier and format follow.
    parsers.push(parserOf(bytes.readInt32BE(end + 7)));
    at = end + 19;
  }
  return { names, parsers };
}

function dataRow(bytes: Buffer, from: number, names: readonly string[], parsers: readonly ColumnParser[]) {
  const row: Record<string, unknown> = {};
  let at = from + 2;
  for (let c = 0; c < names.length; c++) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) row[names[c]] = null;
    else {
      row[names[c]] = parsers[c](bytes.toString('utf8', at, at + length));
      at += length;
    }
  }
  return row;
}

function errorResponse(text: string): DatabaseError {
  const parts = new Map(
    text
      .split('\0')
      .filter((part) => part !== '')
      .map((part) => [part[0], part.slice(1)]),
  );
  const at = (key: string) => parts.get(key);
  return new DatabaseError(at('M') ?? 'database error', at('C') ?? '', at('D'), at('n'), at('t'));
}
