/** Reads the events of a committed transaction: what the kernel wrote, by name and in columns. */
import type { Json } from './canonical.js';
import type { WireEvent } from './batch-event.js';
import type { EventShape } from './command.js';
import { GridbookError } from './errors.js';
import { cell, fromWire } from './fields.js';

export interface DecodedEvent {
  readonly name: string;
  readonly fields: Record<string, unknown>;
  /** Columns by name where the event has a table. */
  readonly rows?: Record<string, unknown[]>;
}

/** An event's fields by name and its table as it stands on the wire. */
export interface EventView {
  readonly shape: EventShape;
  /** Index of the command that made it. */
  readonly index: number;
  readonly fields: Record<string, unknown>;
  /** Number of rows; 0 where it has no table. */
  readonly count: number;
  /** Columns in the order of the shape; one that holds for every row is a single value (`cell` reads both). */
  readonly columns: readonly Json[];
}

export function viewEvent(wire: WireEvent, shapes: ReadonlyMap<string, EventShape>): EventView {
  const [index, name, ...values] = wire;
  const shape = shapes.get(name);
  if (!shape) throw new GridbookError('UNKNOWN_FORMAT');
  const fields: Record<string, unknown> = {};
  let at = 0;
  for (const [field, of] of Object.entries(shape.fields)) fields[field] = fromWire(of, values[at++]);
  return {
    shape,
    index,
    fields,
    count: (values[at] as number | undefined) ?? 0,
    columns: values.slice(at + 1),
  };
}

/** The whole event as values. */
export function decodeEvent(wire: WireEvent, shapes: ReadonlyMap<string, EventShape>): DecodedEvent {
  const { shape, fields, count, columns } = viewEvent(wire, shapes);
  if (!shape.rows) return { name: shape.name, fields };
  const rows: Record<string, unknown[]> = {};
  Object.entries(shape.rows).forEach(([name, of], c) => {
    rows[name] = Array.from({ length: count }, (_, r) => fromWire(of, cell(columns[c], r)));
  });
  return { name: shape.name, fields, rows };
}
