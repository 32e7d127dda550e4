/** Clears a book at one price: who trades how much. Orders of the marginal price share pro rata (P2P-03, K10). */
import { splitProRata } from './largest-remainder.js';
import { uniformPrice, type OrderColumns, type Weight } from './uniform-price.js';

export interface ClearedBook {
  /** Wh of each sell order, of each buy order. */
  readonly soldWh: Float64Array;
  readonly boughtWh: Float64Array;
  readonly priceMicrosPerMWh: number | null;
  /** Wh that would have matched without the cap. */
  readonly unmatchedByCapWh: number;
}

export interface BookRules {
  readonly k: Weight;
  /** Highest price; null: none. */
  readonly capMicrosPerMWh: number | null;
  /** Start of the interval and account numbers of the orders: what ties are broken by. */
  readonly startMs: number;
  readonly sellAccount: (order: number) => number;
  readonly buyAccount: (order: number) => number;
}

export function clearBook(sells: OrderColumns, buys: OrderColumns, rules: BookRules): ClearedBook {
  const soldWh = new Float64Array(sells.price.length);
  const boughtWh = new Float64Array(buys.price.length);
  const free = uniformPrice(sells, buys, rules.k);
  let price = free.priceMicrosPerMWh;
  let { quantityWh } = free;
  const cap = rules.capMicrosPerMWh;
  if (price !== null && cap !== null && price > cap) {
    // Sellers that ask for more than the cap stay out; every buyer that matched offers at least the price.
    price = cap;
    quantityWh = Math.min(quantityWh, offeredUpTo(sells, cap));
  }
  const unmatchedByCapWh = free.quantityWh - quantityWh;
  if (quantityWh === 0) return { soldWh, boughtWh, priceMicrosPerMWh: null, unmatchedByCapWh };
  allot(sells, free.sellOrder, quantityWh, soldWh, rules.startMs, rules.sellAccount);
  allot(buys, free.buyOrder, quantityWh, boughtWh, rules.startMs, rules.buyAccount);
  return { soldWh, boughtWh, priceMicrosPerMWh: price, unmatchedByCapWh };
}

function offeredUpTo({ price, quantityWh }: OrderColumns, cap: number): number {
  let sum = 0;
  for (let i = 0; i < price.length; i++) if (price[i] <= cap) sum += quantityWh[i];
  return sum;
}

/** Gives the quantity to orders from the best price on; only the last price can be given in part. */
function allot(
  { price, quantityWh }: OrderColumns,
  order: Uint32Array,
  total: number,
  into: Float64Array,
  startMs: number,
  accountOf: (order: number) => number,
): void {
  let left = total;
  for (let from = 0; left > 0;) {
    const at = price[order[from]];
    let to = from;
    let sum = 0;
    while (to < order.length && price[order[to]] === at) sum += quantityWh[order[to++]];
    if (sum <= left) {
      for (let i = from; i < to; i++) into[order[i]] = quantityWh[order[i]];
      left -= sum;
      from = to;
      continue;
    }
    const tied = Array.from(order.subarray(from, to));
    const parts = splitProRata(
      left,
      tied.map((i) => quantityWh[i]),
      startMs,
      tied.map(accountOf),
    );
    tied.forEach((i, n) => (into[i] = parts[n]));
    return;
  }
}
