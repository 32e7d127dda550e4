/** How large a command is: about, for cutting batches and filling queues; exactly, where it may be over its limit. */
import type { CommandInput } from '../../schema/command.js';
import { toWire, type Field } from '../../schema/fields.js';

/** About what a command adds to the arguments: its key, and its values as JSON. Never less than it really adds. */
export function roughBytes({ shape, args }: CommandInput): number {
  let bytes = 24;
  for (const name in shape.fields) {
    const { kind } = shape.fields[name];
    if (kind === 'integer') bytes += 18;
    else if (kind === 'boolean' || kind === 'choice') bytes += 6;
    else bytes += JSON.stringify(args[name] ?? null).length * 2 + 1;
  }
  return shape.rows ? bytes + JSON.stringify(args.rows).length : bytes;
}

/** Bytes of a command's text, over which its leaf is made: name, key, actor, values (PROTOCOL.md). */
export function exactBytes({ shape, key, actor, args }: CommandInput): number {
  const wire = Object.entries(shape.fields).map(([name, of]) => toWire(of, args[name]));
  const rows = args.rows as Record<string, unknown[]>;
  const columns = Object.entries(shape.rows ?? {}).map(([name, of]) => column(of, rows[name]));
  return Buffer.byteLength(JSON.stringify([shape.name, key, actor, ...wire, ...columns]));
}

const column = (of: Field, values: readonly unknown[]): unknown[] => values.map((value) => toWire(of, value));
