import type { MicrosPerMWh, MoneyMicros, Wh } from './units.js';

/** Thrown where an integer would leave the range that JSON carries exactly (K8). */
export class UnsafeIntegerError extends RangeError {
  constructor(readonly value: number | bigint) {
    super('an amount is outside ±(2^53 − 1)');
    this.name = 'UnsafeIntegerError';
  }
}

/** Returns `value` when it is a safe integer; refuses it otherwise (K8). */
export function safeInteger(value: number): number {
  if (!Number.isSafeInteger(value)) throw new UnsafeIntegerError(value);
  return value;
}

/** a + b, refused when the sum leaves the safe range. */
export function addSafe(a: number, b: number): number {
  return safeInteger(a + b);
}

/** Narrows a BigInt result back to a ledger integer. */
export function fromBigInt(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw new UnsafeIntegerError(value);
  }
  return Number(value);
}

/** a × b ÷ c rounded half away from zero, exact at any size; c > 0. */
export function mulDivRound(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) {
    const magnitude = Math.abs(product);
    const remainder = magnitude % c;
    const quotient = (magnitude - remainder) / c;
    const rounded = remainder * 2 >= c ? quotient + 1 : quotient;
    return product < 0 ? 0 - rounded : rounded;
  }
  const wide = BigInt(a) * BigInt(b);
  const magnitude = wide < 0n ? -wide : wide;
  const divisor = BigInt(c);
  const rounded = (magnitude * 2n + divisor) / (divisor * 2n);
  return fromBigInt(wide < 0n ? -rounded : rounded);
}

/** floor(a × b ÷ c), exact at any size; c > 0. */
export function mulDivFloor(a: number, b: number, c: number): number {
  const wide = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  const quotient = wide / divisor;
  return fromBigInt(wide % divisor < 0n ? quotient - 1n : quotient);
}

const WH_PER_MWH = 1_000_000;

/** What a quantity costs at a price: price × Wh ÷ 10^6, rounded half away from zero. */
export function amountMicros(price: MicrosPerMWh, quantity: Wh): MoneyMicros {
  return mulDivRound(price, quantity, WH_PER_MWH) as MoneyMicros;
}
