/** Scalars of the gateway: amounts are decimal strings of integers in their unit, instants are ISO 8601 in UTC. */
import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLUUID } from 'graphql-scalars';
import { InputError } from './input-error.js';

const DECIMAL = /^(0|-?[1-9]\d{0,15})$/;
/** What leaves may be a sum, larger than one amount may be; it leaves as exact text all the same. */
const EXACT = /^(0|-?[1-9]\d*)$/;

/** Refuses a value without repeating it: says what is wanted, and where a literal of a document stands. */
function refuse(wanted: string, node?: ValueNode): never {
  throw new InputError(wanted, { node });
}

/** The text of a literal; undefined where it is no string. */
const textOf = (node: ValueNode): string | undefined => (node.kind === Kind.STRING ? node.value : undefined);

/** An integer as a decimal string; within the range that the ledger keeps exactly. */
function amount(name: string, description: string): GraphQLScalarType<number, string> {
  const wanted = `${name} wants a whole number within ±(2^53 − 1) as a string, such as "1500".`;
  const parse = (value: unknown, node?: ValueNode): number => {
    const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : Number.NaN;
    return Number.isSafeInteger(number) ? number : refuse(wanted, node);
  };
  return new GraphQLScalarType({
    name,
    description: `${description} A decimal string of a whole number, such as "1500".`,
    serialize: (value) => {
      if (typeof value === 'string' && EXACT.test(value)) return value;
      if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
      throw new Error(`${name} holds what is no whole number`);
    },
    parseValue: (value) => parse(value),
    parseLiteral: (node) => parse(textOf(node), node),
  });
}

export const EnergyWh = amount('EnergyWh', 'Energy in watt-hours.');
export const PowerW = amount('PowerW', 'Power in watts.');
export const MoneyMicros = amount('MoneyMicros', 'Money in millionths of the currency’s main unit.');
export const PriceMicrosPerMWh = amount(
  'PriceMicrosPerMWh',
  'A price in millionths of the currency per MWh: 0.30 a kWh is "300000000".',
);

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ISO =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Whether a date is in the calendar: the platform takes the 30th of February for the 1st of March or the 2nd. */
function isDay(day: string): boolean {
  const at = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

const INSTANT =
  'Instant wants ISO 8601 with an offset, from 1970 on, as a string, such as "2025-06-01T00:15:00Z".';

function parseInstant(value: unknown, node?: ValueNode): number {
  const day = typeof value === 'string' ? ISO.exec(value)?.[1] : undefined;
  const at = day !== undefined && isDay(day) ? Date.parse(value as string) : Number.NaN;
  return Number.isNaN(at) || at < 0 ? refuse(INSTANT, node) : at;
}

export const Instant = new GraphQLScalarType<number, string>({
  name: 'Instant',
  description: 'An instant, ISO 8601 with its offset: "2025-06-01T00:15:00Z". Given in UTC.',
  serialize: (value) => new Date(Number(value)).toISOString(),
  parseValue: (value) => parseInstant(value),
  parseLiteral: (node) => parseInstant(textOf(node), node),
});

/** Days before 1970 have no instants on the ledger, in whatever zone. */
const parseDay = (value: unknown, node?: ValueNode): string =>
  typeof value === 'string' && isDay(value) && value > '1970-01-01'
    ? value
    : refuse(
        'LocalDate wants a day of the calendar after 1970-01-01 as a string, such as "2025-06-01".',
        node,
      );

export const LocalDate = new GraphQLScalarType<string, string>({
  name: 'LocalDate',
  description: 'A day of the calendar in a zone that the field names, ISO 8601: "2025-06-01".',
  serialize: String,
  parseValue: (value) => parseDay(value),
  parseLiteral: (node) => parseDay(textOf(node), node),
});

const BYTES = 'Base64 wants bytes in base64 with its padding, as a string.';

/** One text for the same bytes: what is signed is not written in two ways. */
function parseBytes(value: unknown, node?: ValueNode): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  return bytes && bytes.toString('base64') === value ? bytes : refuse(BYTES, node);
}

export const Base64 = new GraphQLScalarType<Uint8Array, string>({
  name: 'Base64',
  description: 'Bytes in base64, with padding (RFC 4648).',
  serialize: (value) => Buffer.from(value as Uint8Array).toString('base64'),
  parseValue: (value) => parseBytes(value),
  parseLiteral: (node) => parseBytes(textOf(node), node),
});

const UUID = 'UUID wants a UUID as a string, such as "01973000-0000-7000-8000-000000000000".';

/** The scalar of the library repeats what it refuses. */
function parseUuid(value: unknown, node?: ValueNode): string {
  try {
    return GraphQLUUID.parseValue(value);
  } catch {
    return refuse(UUID, node);
  }
}

export const Uuid = new GraphQLScalarType<string, string>({
  ...GraphQLUUID.toConfig(),
  parseValue: (value) => parseUuid(value),
  parseLiteral: (node) => parseUuid(textOf(node), node),
});
