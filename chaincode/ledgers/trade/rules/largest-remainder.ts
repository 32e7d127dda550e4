/** Splits an integer in proportion to weights; the parts sum to it exactly. Ties by K10. */
import { tieOrder } from './tie.js';

/**
 * `total` ≤ Σ weights, all ≥ 0. Each part is floor(total × weight ÷ Σ) or one more: the units that rounding down
 * leaves go to the largest remainders. No part exceeds its weight.
 */
export function splitProRata(
  total: number,
  weights: readonly number[],
  startMs: number,
  accounts: readonly number[],
): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (total >= sum) return weights.slice();
  if (total === 0) return weights.map(() => 0);
  const parts: number[] = [];
  const remainders: number[] = [];
  let given = 0;
  for (const weight of weights) {
    const [part, remainder] = divide(total, weight, sum);
    parts.push(part);
    remainders.push(remainder);
    given += part;
  }
  let left = total - given;
  if (left === 0) return parts;
  const byRemainder = weights.map((_, i) => i).sort((a, b) => remainders[b] - remainders[a]);
  for (let from = 0; left > 0;) {
    let to = from + 1;
    while (to < byRemainder.length && remainders[byRemainder[to]] === remainders[byRemainder[from]]) to++;
    const tied = byRemainder.slice(from, to);
    const order =
      tied.length > left
        ? tieOrder(
            startMs,
            tied.map((i) => accounts[i]),
          )
        : tied.map((_, i) => i);
    for (const at of order.slice(0, left)) parts[tied[at]]++;
    left -= Math.min(left, tied.length);
    from = to;
  }
  return parts;
}

/** Quotient and remainder of a × b ÷ c, exact at any size. */
function divide(a: number, b: number, c: number): [quotient: number, remainder: number] {
  const product = a * b;
  if (Number.isSafeInteger(product)) {
    const remainder = product % c;
    return [(product - remainder) / c, remainder];
  }
  const wide = BigInt(a) * BigInt(b);
  return [Number(wide / BigInt(c)), Number(wide % BigInt(c))];
}
