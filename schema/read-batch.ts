/**
 * Reads a committed transaction's arguments: what `encodeBatch` wrote. Segments stay in columns, so that a reader of
 * thousands of commands makes no object for each; `argsOf` gives one command's values where that is wanted.
 */
import type { Json } from './canonical.js';
import { FORMAT, keysIn, type CommandShape } from './command.js';
import { GridbookError } from './errors.js';
import { cell, fromWire } from './fields.js';
import { KEY_LENGTH } from './ids.js';

export interface ReadSegment {
  /** Undefined where this version knows no such command. */
  readonly shape: CommandShape | undefined;
  readonly name: string;
  /** Index in the transaction of its first command. */
  readonly first: number;
  readonly count: number;
  readonly keys: string;
  readonly actors: Json;
  /** One column a field, then one a table field, as on the wire. */
  readonly columns: readonly Json[];
}

export interface ReadBatch {
  readonly lane: string;
  readonly segments: readonly ReadSegment[];
  /** Commands in all. */
  readonly count: number;
}

/** Reads arguments; refuses an unknown format and what is no batch. */
export function readBatch(args: Uint8Array, shapes: ReadonlyMap<string, CommandShape>): ReadBatch {
  const [format, lane, wire] = JSON.parse(
    Buffer.from(args.buffer, args.byteOffset, args.byteLength).toString(),
  ) as [number, string, Json[][]];
  if (format !== FORMAT) throw new GridbookError('UNKNOWN_FORMAT');
  if (typeof lane !== 'string' || !Array.isArray(wire)) throw new GridbookError('MALFORMED_BATCH');
  let first = 0;
  const segments = wire.map((segment) => {
    const [name, keys, actors, , ...columns] = segment as [string, string, Json, Json, ...Json[]];
    const count = keysIn(keys);
    const read = { shape: shapes.get(name), name, first, count, keys, actors, columns };
    first += count;
    return read;
  });
  return { lane, segments, count: first };
}

/** Key of command `i` of a segment. */
export const keyOf = (segment: ReadSegment, i: number): string =>
  segment.keys.slice(i * KEY_LENGTH, (i + 1) * KEY_LENGTH);

/** Values of command `i` of a segment by field; a table's columns stand under `rows`, as values. */
export function argsOf(segment: ReadSegment & { shape: CommandShape }, i: number): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  let c = 0;
  for (const [name, of] of Object.entries(segment.shape.fields)) {
    args[name] = fromWire(of, cell(segment.columns[c++], i));
  }
  if (segment.shape.rows) {
    const rows: Record<string, unknown> = {};
    for (const [name, of] of Object.entries(segment.shape.rows)) {
      const column = (segment.columns[c++] as Json[])[i] as Json[];
      rows[name] = of.kind === 'integer' ? column : column.map((value) => fromWire(of, value));
    }
    args.rows = rows;
  }
  return args;
}
