/** Scalars of the gateway: amounts are decimal strings of integers in their unit, instants are ISO 8601 in UTC. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const DECIMAL = /^(0|-?[1-9]\d{0,15})$/;

/** Refuses a value without repeating it. */
function refuse(scalar: string): never {
  throw new GraphQLError(`${scalar} cannot take this value`, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** An integer as a decimal string; within the range that the ledger keeps exactly. */
function amount(name: string, description: string): GraphQLScalarType<number, string> {
  const parse = (value: unknown): number => {
    const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : Number.NaN;
    return Number.isSafeInteger(number) ? number : refuse(name);
  };
  return new GraphQLScalarType({
    name,
    description: `${description} A decimal string of a whole number, such as "1500".`,
    // Sums may exceed what one amount may be; they leave as exact text all the same.
    serialize: (value) =>
      typeof value === 'bigint' || typeof value === 'number' ? value.toString() : String(value),
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
  });
}

export const EnergyWh = amount('EnergyWh', 'Energy in watt-hours.');
export const PowerW = amount('PowerW', 'Power in watts.');
export const MoneyMicros = amount('MoneyMicros', 'Money in millionths of the currency’s main unit.');
export const PriceMicrosPerMWh = amount(
  'PriceMicrosPerMWh',
  'A price in millionths of the currency per MWh: 0.30 a kWh is "300000000".',
);

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

function parseInstant(value: unknown): number {
  const at = typeof value === 'string' && ISO.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) || at < 0 ? refuse('Instant') : at;
}

export const Instant = new GraphQLScalarType<number, string>({
  name: 'Instant',
  description: 'An instant, ISO 8601 with its offset: "2025-06-01T00:15:00Z". Given in UTC.',
  serialize: (value) => new Date(Number(value)).toISOString(),
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});
