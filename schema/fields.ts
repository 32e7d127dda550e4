/**
 * The fields of commands and events. One definition gives the runtime check, the TypeScript type, the wire form in
 * columns, and what the gateway needs to derive inputs, scalars and descriptions.
 */
import type { Json } from './canonical.js';
import { isRecordId } from './ids.js';
import { LIMITS } from './limits.js';
import type { BasisPoints, Instant, MicrosPerMWh, MoneyMicros, W, Wh } from './units.js';

/** Kinds of records that a number may refer to. An agreement's number is scoped by its market. */
export const REF_KINDS = [
  'Participant',
  'Network',
  'Connection',
  'Unit',
  'Account',
  'Tariff',
  'Market',
  'Agreement',
  'Hold',
] as const;
export type RefKind = (typeof REF_KINDS)[number];

interface Common {
  /** What the field means; becomes the description in GraphQL. */
  readonly doc: string;
}
export interface IntegerField<T extends number = number> extends Common {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  /** The unit as people write it: Wh, W, micros, micros per MWh, ms since 1970. */
  readonly unit: string;
  /** 'instant' fields are ISO-8601 at the edge; 'number' fields are account numbers and the like. */
  readonly edge: 'amount' | 'instant' | 'number';
  /** Which kind of record the number is of; at the edge such a field is a Node id. */
  readonly ref?: RefKind;
  readonly type?: T;
}
export interface TextField extends Common {
  readonly kind: 'text';
  readonly maxLength: number;
  readonly id: boolean;
  /** What else it must be, as far as only the edge can tell: the ledger knows no time zones. */
  readonly form?: 'timeZone';
}
export interface ChoiceField<V extends string = string> extends Common {
  readonly kind: 'choice';
  /** Name of the enumeration at the edge. */
  readonly name: string;
  /** Wire form: the index in this list, which is only ever appended to. */
  readonly values: readonly V[];
}
export interface BooleanField extends Common {
  readonly kind: 'boolean';
}
export interface ListField<F extends Field = Field> extends Common {
  readonly kind: 'list';
  readonly of: F;
  readonly max: number;
}
export interface RecordField<R extends Fields = Fields> extends Common {
  readonly kind: 'record';
  /** Name of the type at the edge. */
  readonly name: string;
  /** Wire form: an array of the values in this order. */
  readonly fields: R;
}
export interface OptionalField<F extends Field = Field> extends Common {
  readonly kind: 'optional';
  readonly of: F;
}
export type Field =
  IntegerField | TextField | ChoiceField | BooleanField | ListField | RecordField | OptionalField;
export interface Fields {
  readonly [name: string]: Field;
}

/** The value that a field's definition describes; unknown for a field of no known kind. */
export type ValueOf<F> = [Field] extends [F] ? unknown : ValueOfKind<F>;
type ValueOfKind<F> = F extends { kind: 'integer'; type?: infer T }
  ? NonNullable<T>
  : F extends { kind: 'text' }
    ? string
    : F extends { kind: 'choice'; values: readonly (infer V)[] }
      ? V
      : F extends { kind: 'boolean' }
        ? boolean
        : F extends { kind: 'optional'; of: infer O }
          ? ValueOf<O> | null
          : F extends { kind: 'list'; of: infer L }
            ? ValueOf<L>[]
            : F extends { kind: 'record'; fields: infer R }
              ? ValuesOf<R>
              : never;
export type ValuesOf<R> = { -readonly [K in keyof R]: ValueOf<R[K]> };

const entryLists = new WeakMap<Fields, readonly (readonly [name: string, of: Field])[]>();

/** Names and fields in wire order, listed once for each definition: a transaction asks for them thousands of times. */
export function entriesOf(fields: Fields): readonly (readonly [name: string, of: Field])[] {
  let list = entryLists.get(fields);
  if (!list) entryLists.set(fields, (list = Object.entries(fields)));
  return list;
}

const integer = <T extends number>(
  doc: string,
  unit: string,
  min: number,
  max: number,
  edge: IntegerField['edge'] = 'amount',
): IntegerField<T> => ({ kind: 'integer', doc, unit, min, max, edge });

const MAX = Number.MAX_SAFE_INTEGER;

/** Builders: a name for each kind of number that Gridbook knows. */
export const field = {
  energyWh: (doc: string) => integer<Wh>(doc, 'Wh', 0, LIMITS.intervalWh),
  totalWh: (doc: string) => integer<Wh>(doc, 'Wh', 0, MAX),
  powerW: (doc: string) => integer<W>(doc, 'W', 0, 1_000_000_000_000),
  positiveMicros: (doc: string) => integer<MoneyMicros>(doc, 'micros', 1, MAX),
  micros: (doc: string) => integer<MoneyMicros>(doc, 'micros', -MAX, MAX),
  price: (doc: string) =>
    integer<MicrosPerMWh>(doc, 'micros per MWh', -LIMITS.priceMicrosPerMWh, LIMITS.priceMicrosPerMWh),
  basisPoints: (doc: string) => integer<BasisPoints>(doc, 'basis points', 0, 10_000),
  instant: (doc: string) =>
    integer<Instant>(doc, 'ms since 1970-01-01T00:00:00Z', 0, 253_402_300_799_999, 'instant'),
  /** A number that the ledger gave to something that is no record of its own. */
  number: (doc: string) => integer<number>(doc, 'number', 1, 2 ** 40, 'number'),
  /** The number of a record: of an account, participant, connection, market… */
  ref: (ref: RefKind, doc: string): IntegerField => ({
    ...integer<number>(doc, 'number', 1, 2 ** 40, 'number'),
    ref,
  }),
  /** The number of a record, or 0 where `doc` says what its absence means. */
  refOrNone: (ref: RefKind, doc: string): IntegerField => ({
    ...integer<number>(doc, 'number', 0, 2 ** 40, 'number'),
    ref,
  }),
  count: (doc: string, max: number, min = 0) => integer<number>(doc, 'count', min, max, 'number'),
  id: (doc: string): TextField => ({ kind: 'text', doc, maxLength: LIMITS.idLength, id: true }),
  text: (doc: string, maxLength: number = LIMITS.textLength): TextField => ({
    kind: 'text',
    doc,
    maxLength,
    id: false,
  }),
  timeZone: (doc: string): TextField => ({ kind: 'text', doc, maxLength: 64, id: false, form: 'timeZone' }),
  choice: <const V extends string>(name: string, values: readonly V[], doc: string): ChoiceField<V> => ({
    kind: 'choice',
    name,
    values,
    doc,
  }),
  flag: (doc: string): BooleanField => ({ kind: 'boolean', doc }),
  list: <F extends Field>(of: F, max: number, doc: string = of.doc): ListField<F> => ({
    kind: 'list',
    of,
    max,
    doc,
  }),
  record: <R extends Fields>(name: string, fields: R, doc: string): RecordField<R> => ({
    kind: 'record',
    name,
    fields,
    doc,
  }),
  optional: <F extends Field>(of: F): OptionalField<F> => ({ kind: 'optional', of, doc: of.doc }),
};

/** No control characters (U+0000 among them), no unpaired surrogates, composed form. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

function isText(value: string, of: TextField): boolean {
  if (of.id) return isRecordId(value);
  return (
    value.length > 0 &&
    value.length <= of.maxLength &&
    !CONTROL.test(value) &&
    value.isWellFormed() &&
    value.normalize('NFC') === value
  );
}

/** Whether a wire value is of an integer field. */
export const isWireInteger = (of: IntegerField, value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= of.min && (value as number) <= of.max;

/** Whether a wire value is of its field: type, range, length, alphabet. */
export function isWireValue(of: Field, value: unknown): value is Json {
  switch (of.kind) {
    case 'integer':
      return isWireInteger(of, value);
    case 'text':
      return typeof value === 'string' && isText(value, of);
    case 'choice':
      return Number.isInteger(value) && (value as number) >= 0 && (value as number) < of.values.length;
    case 'boolean':
      return typeof value === 'boolean';
    case 'optional':
      return value === null || isWireValue(of.of, value);
    case 'list':
      return (
        Array.isArray(value) && value.length <= of.max && value.every((item) => isWireValue(of.of, item))
      );
    case 'record': {
      const fields = Object.values(of.fields);
      return (
        Array.isArray(value) &&
        value.length === fields.length &&
        fields.every((f, i) => isWireValue(f, value[i]))
      );
    }
  }
}

/** Wire form → value. The wire value has been checked. */
export const fromWire = (of: Field, wire: Json): unknown => decode(of, wire);

function decode(of: Field, wire: Json): unknown {
  switch (of.kind) {
    case 'choice':
      return of.values[wire as number];
    case 'optional':
      return wire === null ? null : decode(of.of, wire);
    case 'list':
      return of.of.kind === 'integer' ? wire : (wire as Json[]).map((item) => decode(of.of, item));
    case 'record':
      return Object.fromEntries(
        Object.entries(of.fields).map(([name, f], i) => [name, decode(f, (wire as Json[])[i])]),
      );
    case 'integer':
    case 'text':
    case 'boolean':
      return wire;
  }
}

/** Value → wire form. */
export const toWire = (of: Field, value: unknown): Json => encode(of, value);

function encode(of: Field, value: unknown): Json {
  switch (of.kind) {
    case 'choice':
      return of.values.indexOf(value as string);
    case 'optional':
      return value === null || value === undefined ? null : encode(of.of, value);
    case 'list':
      return of.of.kind === 'integer'
        ? (value as Json)
        : (value as unknown[]).map((item) => encode(of.of, item));
    case 'record':
      return Object.entries(of.fields).map(([name, f]) =>
        encode(f, (value as Record<string, unknown>)[name]),
      );
    case 'integer':
    case 'text':
    case 'boolean':
      return value as Json;
  }
}

/** Whether a column of this field may be written as one value that holds for every row. */
export const isCollapsible = (of: Field): boolean =>
  of.kind !== 'list' && of.kind !== 'record' && !(of.kind === 'optional' && !isCollapsible(of.of));

/** A column whose rows all hold one value is written as that value. */
export function collapse(of: Field, column: readonly Json[]): Json {
  if (!isCollapsible(of) || column.length === 0) return column;
  const first = column[0];
  for (let i = 1; i < column.length; i++) if (column[i] !== first) return column;
  return first;
}

/** The value of row `i` of a column as written by `collapse`. */
export const cell = (column: Json, i: number): Json =>
  Array.isArray(column) ? (column as Json[])[i] : column;
