/** Commands and events: the words of the language, each defined once. */
import type { Json } from './canonical.js';
import {
  collapse,
  toWire,
  type Field,
  type Fields,
  type RefKind,
  type ValueOf,
  type ValuesOf,
} from './fields.js';
import { KEY_LENGTH } from './ids.js';

/** Roles that an organisation's certificate or a token may carry. The ledger counts them: new ones stand at the end. */
export const ROLES = [
  'HOST',
  'NETWORK_OPERATOR',
  'DISTRIBUTOR',
  'METERING_DATA_PROVIDER',
  'MARKET_OPERATOR',
  'REGULATOR',
  'PARTICIPANT',
] as const;
export type Role = (typeof ROLES)[number];
/** Roles in which an organisation is admitted to a lane; a participant is by being registered. */
export type OrganisationRole = Exclude<Role, 'PARTICIPANT'>;

export interface CommandShape<R extends Fields = Fields, T extends Fields = Fields> {
  readonly name: string;
  readonly ledger: string;
  readonly doc: string;
  readonly fields: R;
  /** A command that carries a table: one column a field, each row a leaf of the lane's log. */
  readonly rows?: T;
  /** Rows at most. */
  readonly maxRows?: number;
  /** Kind of the record that it makes; its event names the number in a field of that name. */
  readonly creates?: RefKind;
  /**
   * A command that only moves an amount between two accounts names its fields here: the ledger posts it and the
   * read model derives its entries from one declaration, and no event is needed.
   */
  readonly moves?: { readonly from: string; readonly to: string; readonly amount: string };
}
/** The values of a command's fields; a table's columns stand under `rows`. */
export type Args<C> =
  C extends CommandShape<infer R, infer T>
    ? ValuesOf<R> & (string extends keyof T ? unknown : { rows: { [K in keyof T]: ValueOf<T[K]>[] } })
    : never;

/** Defines a command: its name, meaning and fields in wire order. */
export const command = <const R extends Fields, const T extends Fields = Fields>(
  shape: CommandShape<R, T>,
): CommandShape<R, T> => shape;

/**
 * An event: what a command's arguments do not say. `fields` hold once; `rows`, where present, is a table whose
 * columns have one value a row, and each row is a leaf of the lane's log.
 */
export interface EventShape<R extends Fields = Fields, T extends Fields = Fields> {
  readonly name: string;
  readonly doc: string;
  readonly fields: R;
  readonly rows?: T;
}
export const event = <const R extends Fields, const T extends Fields = Record<string, never>>(
  shape: EventShape<R, T>,
): EventShape<R, T> => shape;
export type EventFields<E> = E extends EventShape<infer R, Fields> ? ValuesOf<R> : never;
export type EventColumns<E> =
  E extends EventShape<Fields, infer T> ? { [K in keyof T]: ValueOf<T[K]>[] } : never;

/** Format number that starts every batch and event (K9). */
export const FORMAT = 1;

/**
 * Format number that starts every page of state. Format 1, which no released ledger has, packed records otherwise and
 * is refused.
 */
export const PAGE_FORMAT = 2;

/** One command on its way to a lane. */
export interface CommandInput {
  readonly shape: CommandShape;
  /** 22 characters of base64url (ids.ts). */
  readonly key: string;
  /** Participant number that acts; 0 where the organisation itself acts. */
  readonly actor: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * The arguments of a transaction: `[format, lane, segments]`; a segment is
 * `[command name, keys, actors, signatures, column…]`, its commands in order, one column a field.
 */
export function encodeBatch(lane: string, commands: readonly CommandInput[]): Uint8Array {
  const segments: Json[] = [];
  for (let from = 0; from < commands.length;) {
    const { shape } = commands[from];
    let to = from + 1;
    while (to < commands.length && commands[to].shape === shape) to++;
    const run = commands.slice(from, to);
    segments.push([
      shape.name,
      run.map((c) => c.key).join(''),
      collapseActors(run),
      null,
      ...Object.entries(shape.fields).map(([name, of]) =>
        collapse(
          of,
          run.map((c) => toWire(of, c.args[name])),
        ),
      ),
      ...Object.entries(shape.rows ?? {}).map(([name, of]) =>
        run.map((c) => tableColumn(of, c.args.rows, name)),
      ),
    ]);
    from = to;
  }
  return Buffer.from(JSON.stringify([FORMAT, lane, segments]));
}

/**
 * Whether arguments begin byte for byte as those of a lane do: whoever follows blocks finds the lane there, and reads
 * no more of batches that are not its own.
 */
export function beginsAsBatchOf(lane: string, args: Uint8Array): boolean {
  const head = Buffer.from(`[${FORMAT},${JSON.stringify(lane)},`);
  return head.equals(args.subarray(0, head.length));
}

/** A table's column: never one value for all where the table could have no rows, as its length would be lost. */
function tableColumn(of: Field, rows: unknown, name: string): Json {
  return (rows as Record<string, unknown[]>)[name].map((value) => toWire(of, value));
}

function collapseActors(run: readonly CommandInput[]): Json {
  const first = run[0].actor;
  return run.every((c) => c.actor === first) ? first : run.map((c) => c.actor);
}

/** Number of commands whose keys a column holds. */
export const keysIn = (column: string): number => column.length / KEY_LENGTH;
