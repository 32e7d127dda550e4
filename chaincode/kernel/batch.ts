/** Reads a transaction's arguments: form first, then each command's own values. */
import type { Json } from '../../schema/canonical.js';
import { beginsAsBatchOf, FORMAT, type CommandShape } from '../../schema/command.js';
import { GridbookError } from '../../schema/errors.js';
import {
  entriesOf,
  fromWire,
  isCollapsible,
  isWireInteger,
  isWireValue,
  type Field,
  type Fields,
} from '../../schema/fields.js';
import { isRecordId, KEY_LENGTH, keyTimeAt } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';

export interface Segment {
  /** Undefined where this version knows no such command. */
  readonly shape: CommandShape | undefined;
  readonly name: string;
  readonly keys: string;
  readonly count: number;
  readonly actors: Json;
  /** One column a field, then one a table field. */
  readonly columns: readonly Json[];
}

export interface Batch {
  readonly lane: string;
  readonly segments: readonly Segment[];
  readonly count: number;
}

/** Names of commands, also of those that this version does not know: they stand unquoted in what is hashed. */
const COMMAND_NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

const malformed = (): never => {
  throw new GridbookError('MALFORMED_BATCH');
};

export function decodeBatch(args: Uint8Array, shapes: ReadonlyMap<string, CommandShape>): Batch {
  if (args.length > LIMITS.argumentBytes) throw new GridbookError('ARGUMENTS_TOO_LARGE');
  const [format, lane, wire] = parse(args);
  if (format !== FORMAT) throw new GridbookError('UNKNOWN_FORMAT');
  if (typeof lane !== 'string' || !isRecordId(lane) || !Array.isArray(wire)) return malformed();
  // All of it in canonical form would cost more to check than to read; what stands on the ledger comes from its values.
  if (!beginsAsBatchOf(lane, args)) return malformed();
  const segments = (wire as Json[]).map((segment) => decodeSegment(segment, shapes));
  const count = segments.reduce((sum, s) => sum + s.count, 0);
  if (count === 0 || count > LIMITS.batchCommands) malformed();
  return { lane, segments, count };
}

function parse(args: Uint8Array): readonly Json[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(args.buffer, args.byteOffset, args.byteLength).toString());
  } catch {
    return malformed();
  }
  return Array.isArray(value) && value.length === 3 ? (value as Json[]) : malformed();
}

function decodeSegment(wire: Json, shapes: ReadonlyMap<string, CommandShape>): Segment {
  if (!Array.isArray(wire)) return malformed();
  const [name, keys, actors, signatures, ...columns] = wire as Json[];
  if (
    typeof name !== 'string' ||
    !COMMAND_NAME.test(name) ||
    typeof keys !== 'string' ||
    keys.length === 0 ||
    keys.length % KEY_LENGTH !== 0
  ) {
    return malformed();
  }
  const count = keys.length / KEY_LENGTH;
  // The column of actors' signatures is in the format from the start; no participant can register a key yet.
  if (signatures !== null || !isColumn(actors, count)) return malformed();
  const shape = shapes.get(name);
  if (shape) {
    const fields = Object.values(shape.fields);
    const tables = Object.values(shape.rows ?? {});
    if (columns.length !== fields.length + tables.length) return malformed();
    fields.forEach(
      (f, c) => (isCollapsible(f) ? isColumn(columns[c], count) : isFull(columns[c], count)) || malformed(),
    );
    tables.forEach((_, c) => isFull(columns[fields.length + c], count) || malformed());
  }
  return { shape, name, keys, count, actors, columns };
}

const isFull = (column: Json, count: number): boolean => Array.isArray(column) && column.length === count;
const isColumn = (column: Json, count: number): boolean => !Array.isArray(column) || column.length === count;

/** The key of command `i` of a segment and its time; a key that is no UUIDv7 spoils the batch. */
export function keyAt(segment: Segment, i: number): { key: string; timeMs: number } {
  const timeMs = keyTimeAt(segment.keys, i * KEY_LENGTH);
  if (timeMs < 0) return malformed();
  return { key: segment.keys.slice(i * KEY_LENGTH, (i + 1) * KEY_LENGTH), timeMs };
}

/** The values of a segment's commands, one after the other: each takes the place of the one before. */
export class SegmentArguments {
  /** By field; a table's columns stand under `rows`. A rule takes what it needs of them and keeps no hold of it. */
  readonly values: Record<string, unknown> = {};
  /** Name of the first field that is not of its form; '' where all are. */
  invalid = '';

  constructor(private readonly segment: Segment) {}

  /** Reads command `i`; checks each value against its field. */
  read(i: number): void {
    const { shape, columns } = this.segment;
    this.invalid = '';
    if (!shape) return;
    const fields = entriesOf(shape.fields);
    for (let c = 0; c < fields.length; c++) {
      const [name, of] = fields[c];
      const column = columns[c];
      const value = Array.isArray(column) ? (column as Json[])[i] : column;
      if (of.kind === 'integer') {
        if (isWireInteger(of, value)) this.values[name] = value;
        else this.invalid ||= name;
      } else if (!isWireValue(of, value)) this.invalid ||= name;
      else this.values[name] = fromWire(of, value);
    }
    if (shape.rows) this.readRows(shape.rows, shape.maxRows ?? 0, i);
  }

  private readRows(table: Fields, maxRows: number, i: number): void {
    const rows: Record<string, unknown> = {};
    const entries = entriesOf(table);
    const { columns } = this.segment;
    const first = columns.length - entries.length;
    const count = lengthOf((columns[first] as Json[])[i]);
    let isEven = true;
    for (let c = 0; c < entries.length; c++) {
      const [name, of] = entries[c];
      const column = (columns[first + c] as Json[])[i];
      if (lengthOf(column) !== count) isEven = false;
      const bad = invalidRow(of, column, maxRows);
      if (bad >= 0) this.invalid ||= `${name}.${bad}`;
      else rows[name] = of.kind === 'integer' ? column : (column as Json[]).map((v) => fromWire(of, v));
    }
    if (!isEven) this.invalid ||= 'rows';
    this.values.rows = rows;
  }
}

/** Rows of a column; −1 where it is none. */
const lengthOf = (column: Json): number => (Array.isArray(column) ? column.length : -1);

/** The first row that is not of its field; −1 where all are. */
function invalidRow(of: Field, column: Json, maxRows: number): number {
  if (!Array.isArray(column) || column.length === 0 || column.length > maxRows) return 0;
  for (let row = 0; row < column.length; row++) {
    const value = (column as Json[])[row];
    if (!(of.kind === 'integer' ? isWireInteger(of, value) : isWireValue(of, value))) return row;
  }
  return -1;
}
