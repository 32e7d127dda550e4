/** P4: clearing a community's book, against a sort and sweep over typed arrays that does nothing else. */
import { BENCHMARKS } from '../../api/main/benchmarks.js';
import { clearBook } from '../../chaincode/ledgers/trade/rules/clear-book.js';
import { figure, sides, timed, type Bench } from './measure.js';

interface Book {
  readonly price: Float64Array;
  readonly quantityWh: Float64Array;
}

/** Prices of one tick in a thousand, so that many tie; quantities up to 500 Wh. */
function bookOf(orders: number, low: number, seed: number): Book {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  return {
    price: Float64Array.from({ length: orders }, () => (low + (next() % 20_000)) * 10_000),
    quantityWh: Float64Array.from({ length: orders }, () => 1 + (next() % 500)),
  };
}

/** Sorts both sides by price and sweeps them; the last order is given in part, whoever it is. */
function sortAndSweep(sells: Book, buys: Book): number {
  const sorted = (book: Book, sign: number): Float64Array => {
    const keys = new Float64Array(book.price.length);
    for (let i = 0; i < keys.length; i++) keys[i] = (sign * book.price[i] + 2 ** 31) * 2 ** 21 + i;
    return keys.sort();
  };
  const s = sorted(sells, 1);
  const b = sorted(buys, -1);
  const sold = new Float64Array(s.length);
  const bought = new Float64Array(b.length);
  let matched = 0;
  for (let i = 0, j = 0; i < s.length && j < b.length;) {
    const sell = s[i] % 2 ** 21;
    const buy = b[j] % 2 ** 21;
    if (buys.price[buy] < sells.price[sell]) break;
    const quantity = Math.min(sells.quantityWh[sell] - sold[sell], buys.quantityWh[buy] - bought[buy]);
    sold[sell] += quantity;
    bought[buy] += quantity;
    matched += quantity;
    if (sold[sell] === sells.quantityWh[sell]) i++;
    if (bought[buy] === buys.quantityWh[buy]) j++;
  }
  return matched;
}

export const clearing: Bench = {
  id: 'P4',
  what: BENCHMARKS.P4.what,
  async run(report) {
    for (const orders of [10_000, 1_000_000]) {
      const sells = bookOf(orders / 2, 5_000, 1);
      const buys = bookOf(orders / 2, 10_000, 2);
      const rules = {
        k: { numerator: 1, denominator: 2 },
        capMicrosPerMWh: null,
        startMs: 0,
        sellAccount: (i: number): number => i,
        buyAccount: (i: number): number => i,
      };
      const repeat = orders > 100_000 ? 1 : 50;
      const times = (work: () => unknown) => () =>
        timed(() => {
          for (let i = 0; i < repeat; i++) work();
        });
      const cleared = clearBook(sells, buys, rules);
      const matched = cleared.soldWh.reduce((a, b) => a + b, 0);
      if (matched !== sortAndSweep(sells, buys)) throw new Error('the two sides trade different quantities');
      const { ours, other } = await sides(
        7,
        times(() => clearBook(sells, buys, rules)),
        times(() => sortAndSweep(sells, buys)),
      );
      report({
        id: 'P4',
        ratio: figure(ours / other),
        ours: figure(ours / repeat),
        other: figure(other / repeat),
        unit: 'ms',
        orders,
      });
    }
  },
};
