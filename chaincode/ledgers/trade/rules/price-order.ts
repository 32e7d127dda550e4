/**
 * Orders by price. A book of a million orders is sorted as 64-bit keys of price and index, which needs no comparison
 * function; only prices that do not fit into such a key are compared one by one.
 */

const INDEX_BITS = 21;
const INDEX_SIZE = 2 ** INDEX_BITS;
/** Prices, shifted to be positive, that leave room for the index in 2^53. */
const PRICE_SPAN = 2 ** 32;

/** Indexes of prices in ascending order; equal prices keep their order. */
export function ascendingByPrice(price: Float64Array): Uint32Array {
  return sorted(price, 1);
}

/** Indexes of prices in descending order; equal prices keep their order. */
export function descendingByPrice(price: Float64Array): Uint32Array {
  return sorted(price, -1);
}

function sorted(price: Float64Array, sign: 1 | -1): Uint32Array {
  const n = price.length;
  const order = new Uint32Array(n);
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < n; i++) {
    const value = sign * price[i];
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  if (n > INDEX_SIZE || highest - lowest >= PRICE_SPAN) {
    for (let i = 0; i < n; i++) order[i] = i;
    return order.sort((a, b) => sign * (price[a] - price[b]) || a - b);
  }
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = (sign * price[i] - lowest) * INDEX_SIZE + i;
  keys.sort();
  for (let i = 0; i < n; i++) order[i] = keys[i] % INDEX_SIZE;
  return order;
}
