/** The waterfall's rules against small, obviously right references (trade.md P2P-01, 03, 07; ledger-rules.md E1, K10). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { equalShares } from '../../chaincode/ledgers/trade/rules/equal-share.js';
import type { Bilateral, IntervalInput } from '../../chaincode/ledgers/trade/rules/interval.js';
import { splitProRata } from '../../chaincode/ledgers/trade/rules/largest-remainder.js';
import {
  assertConservation,
  billMembers,
  communityRounding,
} from '../../chaincode/ledgers/trade/rules/settle-members.js';
import { tieOrder } from '../../chaincode/ledgers/trade/rules/tie.js';
import { uniformPrice } from '../../chaincode/ledgers/trade/rules/uniform-price.js';
import { runWaterfall } from '../../chaincode/ledgers/trade/rules/waterfall.js';
import type { TariffLine } from '../../schema/trade/charges.js';

const START = 1_748_736_000_000;
const HALF = { numerator: 1, denominator: 2 };
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

interface Order {
  readonly price: number;
  readonly wh: number;
}
const columns = (orders: readonly Order[]) => ({
  price: Float64Array.from(orders, (o) => o.price),
  quantityWh: Float64Array.from(orders, (o) => o.wh),
});

/** Each order as so many units of 1 Wh; the best pairs trade while the buyer offers what the seller asks. */
function unitByUnit(sells: readonly Order[], buys: readonly Order[]) {
  const units = (orders: readonly Order[], sign: number): number[] =>
    orders.flatMap((o) => new Array<number>(o.wh).fill(o.price)).sort((a, b) => sign * (a - b));
  const s = units(sells, 1);
  const b = units(buys, -1);
  let k = 0;
  while (k < s.length && k < b.length && b[k] >= s[k]) k++;
  const low = Math.max(s[k - 1], ...(k < b.length ? [b[k]] : []));
  const high = Math.min(b[k - 1], ...(k < s.length ? [s[k]] : []));
  return { k, low, high };
}

const order = fc.record({ price: fc.integer({ min: -5, max: 12 }), wh: fc.integer({ min: 0, max: 9 }) });
const book = fc.array(order, { maxLength: 8 });

describe('P2P-03 the uniform price', () => {
  test('trades as much as an independent optimum, at one price in the legal interval, on 1,000 random books with ties', () => {
    fc.assert(
      fc.property(book, book, fc.integer({ min: 0, max: 4 }), (sells, buys, k) => {
        const found = uniformPrice(columns(sells), columns(buys), { numerator: k, denominator: 4 });
        const reference = unitByUnit(sells, buys);
        expect(found.quantityWh).toBe(reference.k);
        if (reference.k === 0) expect(found.priceMicrosPerMWh).toBeNull();
        else {
          const { low, high } = reference;
          expect(found.priceMicrosPerMWh).toBe(low + Math.floor(((high - low) * k) / 4));
        }
      }),
      { numRuns: 1_000, seed: 3 },
    );
  });

  test.each<[string, Order[], Order[], number, number | null]>([
    [
      'the plain midpoint would leave the interval: the next buyer binds',
      [
        { price: 10, wh: 1 },
        { price: 12, wh: 1 },
      ],
      [
        { price: 100, wh: 1 },
        { price: 90, wh: 1 },
        { price: 80, wh: 1 },
      ],
      2,
      85,
    ],
    ['one order against part of another', [{ price: 10, wh: 5 }], [{ price: 20, wh: 8 }], 5, 20],
    ['everybody is served', [{ price: 10, wh: 5 }], [{ price: 20, wh: 5 }], 5, 15],
    ['nobody agrees', [{ price: 21, wh: 5 }], [{ price: 20, wh: 5 }], 0, null],
    ['negative prices', [{ price: -9, wh: 5 }], [{ price: -4, wh: 5 }], 5, -7],
    [
      'prices that no 32-bit key holds',
      [{ price: -1_000_000_000_000, wh: 1 }],
      [{ price: 1_000_000_000_000, wh: 1 }],
      1,
      0,
    ],
  ])('%s', (_, sells, buys, wh, price) => {
    expect(uniformPrice(columns(sells), columns(buys), HALF)).toMatchObject({
      quantityWh: wh,
      priceMicrosPerMWh: price,
    });
  });
});

describe('K10 ties', () => {
  test('ascend by SHA-256 of interval start and account number, both as 8 bytes', () => {
    const accounts = Array.from({ length: 40 }, (_, i) => i * 7 + 1);
    const key = (account: number): string => {
      const bytes = Buffer.alloc(16);
      bytes.writeBigUInt64BE(BigInt(START), 0);
      bytes.writeBigUInt64BE(BigInt(account), 8);
      return createHash('sha256').update(bytes).digest('hex');
    };
    const expected = accounts.slice().sort((a, b) => (key(a) < key(b) ? -1 : 1));
    expect(tieOrder(START, accounts).map((i) => accounts[i])).toEqual(expected);
  });

  test('a split sums to its whole, is fair to one unit, and gives nobody more than its weight', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (weights, share) => {
          const sum = total(weights);
          const whole = Math.floor(sum * share);
          const parts = splitProRata(
            whole,
            weights,
            START,
            weights.map((_, i) => i + 1),
          );
          expect(total(parts)).toBe(whole);
          parts.forEach((part, i) => {
            expect(part).toBeLessThanOrEqual(weights[i]);
            // |part − whole × weight ÷ sum| < 1, in integers.
            if (sum > 0) {
              const off = BigInt(part) * BigInt(sum) - BigInt(whole) * BigInt(weights[i]);
              expect(off < BigInt(sum) && -off < BigInt(sum)).toBe(true);
            }
          });
        },
      ),
      { numRuns: 500, seed: 5 },
    );
  });

  test('a split does not depend on the order of its parts', () => {
    const weights = [3, 3, 3, 1];
    const accounts = [11, 22, 33, 44];
    const forward = splitProRata(5, weights, START, accounts);
    const backward = splitProRata(5, weights.slice().reverse(), START, accounts.slice().reverse()).reverse();
    expect(backward).toEqual(forward);
  });
});

/** Wh by Wh: a round gives one to each who still needs, and the last incomplete round goes by K10. */
function whByWh(available: number, needs: readonly number[], accounts: readonly number[]): number[] {
  const shares = needs.map(() => 0);
  for (let left = available; left > 0;) {
    const open = needs.map((_, i) => i).filter((i) => shares[i] < needs[i]);
    if (open.length === 0) break;
    const round =
      left >= open.length
        ? open
        : tieOrder(
            START,
            open.map((i) => accounts[i]),
          )
            .slice(0, left)
            .map((at) => open[at]);
    for (const i of round) shares[i]++;
    left -= round.length;
  }
  return shares;
}

describe('P2P-07 equal-share rounds', () => {
  const community = (plants: number[], needs: number[]): IntervalInput => ({
    start: START,
    members: {
      account: [...plants, ...needs].map((_, i) => i + 1),
      participant: [...plants, ...needs].map((_, i) => i + 1),
      exportWh: [...plants, ...needs.map(() => 0)],
      importWh: [...plants.map(() => 0), ...needs],
      minSellMicrosPerMWh: [...plants, ...needs].map(() => null),
      maxBuyMicrosPerMWh: [...plants, ...needs].map(() => null),
    },
    contracts: plants.flatMap((_, seller) =>
      needs.map((__, n): Bilateral => ({
        agreement: seller * 10 + n + 1,
        seller,
        buyer: plants.length + n,
        priceMicrosPerMWh: 0,
        limitWh: null,
        sellerRank: 0,
        buyerRank: 0,
      })),
    ),
    nominations: [],
    kNumerator: 1,
    kDenominator: 2,
    capMicrosPerMWh: null,
  });
  const given = (plants: number[], needs: number[]): number[][] => {
    const { trades } = runWaterfall(community(plants, needs));
    return plants.map((_, seller) =>
      needs.map((__, n) =>
        total(
          trades.filter((t) => t.seller === seller && t.buyer === plants.length + n).map((t) => t.quantityWh),
        ),
      ),
    );
  };

  test('needs 100 and 100, plants 50 and 150', () => {
    expect(given([50, 150], [100, 100])).toEqual([
      [25, 25],
      [75, 75],
    ]);
  });
  test('needs 30 and 170, plants 50 and 150', () => {
    expect(given([50, 150], [30, 170])).toEqual([
      [25, 25],
      [5, 145],
    ]);
  });
  test('100 Wh among three needs of 100: 34, 33, 33 by the tie rule', () => {
    const [shares] = given([100], [100, 100, 100]);
    expect(shares.slice().sort((a, b) => b - a)).toEqual([34, 33, 33]);
    expect(shares.indexOf(34)).toBe(tieOrder(START, [2, 3, 4])[0]);
  });

  test('is what giving Wh by Wh would give', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 6 }),
        (available, needs) => {
          const accounts = needs.map((_, i) => i * 3 + 1);
          expect(equalShares(available, needs, START, accounts)).toEqual(whByWh(available, needs, accounts));
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });
});

const price = fc.option(
  fc.integer({ min: -50, max: 400 }).map((p) => p * 1_000_000),
  { nil: null },
);
const wh = fc.integer({ min: 0, max: 900 });
const interval: fc.Arbitrary<IntervalInput> = fc
  .array(
    fc.record({
      importWh: wh,
      exportWh: wh,
      sell: price,
      buy: price,
      participant: fc.integer({ min: 1, max: 6 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .chain((members) => {
    const index = fc.integer({ min: 0, max: members.length - 1 });
    const offer = fc.record({
      seller: index,
      buyer: index,
      priceMicrosPerMWh: fc.integer({ min: 0, max: 300 }).map((p) => p * 999_983),
      limitWh: fc.option(wh, { nil: null }),
      sellerRank: fc.integer({ min: 0, max: 2 }),
      buyerRank: fc.integer({ min: 0, max: 2 }),
    });
    const offers = fc.array(offer, { maxLength: 6 });
    return fc
      .record({ contracts: offers, nominations: offers, k: fc.integer({ min: 0, max: 3 }), cap: price })
      .map((m): IntervalInput => ({
        start: START,
        members: {
          account: members.map((_, i) => 100 + i),
          participant: members.map((x) => x.participant),
          importWh: members.map((x) => x.importWh),
          exportWh: members.map((x) => x.exportWh),
          minSellMicrosPerMWh: members.map((x) => x.sell),
          maxBuyMicrosPerMWh: members.map((x) => x.buy),
        },
        contracts: m.contracts.map((o, i) => ({ ...o, agreement: i + 1 })),
        nominations: m.nominations.map((o, i) => ({ ...o, agreement: i + 100 })),
        kNumerator: m.k,
        kDenominator: 3,
        capMicrosPerMWh: m.cap,
      }));
  });

const line = (over: Partial<TariffLine>): TariffLine => ({
  lineId: 'l',
  payee: 1,
  basis: 'IMPORT_WH',
  rateMicros: 220_000_001,
  taxCode: 'T',
  staysPayableOnTraded: false,
  ...over,
});
const LINES = [
  line({}),
  line({ payee: 2, rateMicros: 70_000_003, staysPayableOnTraded: true }),
  line({ payee: 1, basis: 'EXPORT_WH', rateMicros: 80_000_007 }),
  line({ payee: 3, basis: 'DAY', rateMicros: 300_001 }),
  line({ payee: 3, basis: 'W_DAY', rateMicros: 12_345_679 }),
];

describe('E1, K2 the waterfall as a whole', () => {
  const check = (input: IntervalInput): void => {
    const result = runWaterfall(input);
    assertConservation(input, result);
    const { members } = input;
    members.importWh.forEach((imported, i) => {
      expect(
        result.contractedBoughtWh[i] + result.nominatedBoughtWh[i] + result.communityBoughtWh[i],
      ).toBeLessThanOrEqual(imported);
      expect(
        result.contractedSoldWh[i] + result.nominatedSoldWh[i] + result.communitySoldWh[i],
      ).toBeLessThanOrEqual(members.exportWh[i]);
      // Nobody trades at a price that it did not agree to.
      if (result.communitySoldWh[i] > 0)
        expect(result.communityPriceMicrosPerMWh).toBeGreaterThanOrEqual(
          members.minSellMicrosPerMWh[i] as number,
        );
      if (result.communityBoughtWh[i] > 0)
        expect(result.communityPriceMicrosPerMWh).toBeLessThanOrEqual(
          members.maxBuyMicrosPerMWh[i] as number,
        );
    });
    const price = result.communityPriceMicrosPerMWh;
    if (price !== null && input.capMicrosPerMWh !== null)
      expect(price).toBeLessThanOrEqual(input.capMicrosPerMWh);
    for (const trade of result.trades) {
      const offer = [...input.contracts, ...input.nominations].find(
        (o) => o.agreement === trade.agreement,
      ) as Bilateral;
      expect(members.participant[offer.seller]).not.toBe(members.participant[offer.buyer]);
      expect(trade.quantityWh).toBeGreaterThan(0);
      expect(trade.quantityWh).toBeLessThanOrEqual(offer.limitWh ?? Infinity);
    }
    const bills = billMembers(
      input,
      result,
      members.account.map(() => LINES),
      members.account.map(() => 11_000),
      900,
      { from: 0, to: members.account.length },
    );
    const rounding = communityRounding(result);
    expect(bills.balanceMicros).toBe(rounding);
    expect(total(bills.billMicros)).toBe(total([...bills.payees.values()]) + rounding);
    expect(Math.abs(rounding)).toBeLessThanOrEqual(members.account.length);
  };

  test('conserves energy and money, and keeps everybody within its meter and its price', () => {
    fc.assert(fc.property(interval, check), { numRuns: 1_000, seed: 11 });
  });

  test('after it, nobody is left who could still gain from trading with the community', () => {
    fc.assert(
      fc.property(interval, (given) => {
        const input = { ...given, capMicrosPerMWh: null };
        const result = runWaterfall(input);
        const { members } = input;
        const sellers = members.account.flatMap((_, i) =>
          members.exportWh[i] -
            result.contractedSoldWh[i] -
            result.nominatedSoldWh[i] -
            result.communitySoldWh[i] >
            0 && members.minSellMicrosPerMWh[i] !== null
            ? [members.minSellMicrosPerMWh[i]]
            : [],
        );
        const buyers = members.account.flatMap((_, i) =>
          members.importWh[i] -
            result.contractedBoughtWh[i] -
            result.nominatedBoughtWh[i] -
            result.communityBoughtWh[i] >
            0 && members.maxBuyMicrosPerMWh[i] !== null
            ? [members.maxBuyMicrosPerMWh[i]]
            : [],
        );
        for (const ask of sellers) for (const bid of buyers) expect(bid).toBeLessThan(ask);
      }),
      { numRuns: 500, seed: 13 },
    );
  });

  test('a result that breaks conservation is refused', () => {
    const input: IntervalInput = {
      start: START,
      members: {
        account: [1, 2],
        participant: [1, 2],
        importWh: [0, 10],
        exportWh: [10, 0],
        minSellMicrosPerMWh: [0, null],
        maxBuyMicrosPerMWh: [null, 5],
      },
      contracts: [],
      nominations: [],
      kNumerator: 0,
      kDenominator: 1,
      capMicrosPerMWh: null,
    };
    const result = runWaterfall(input);
    expect(result.communitySoldWh).toEqual([10, 0]);
    expect(() => assertConservation(input, { ...result, communitySoldWh: [9, 0] })).toThrow('CONSERVATION');
    expect(() =>
      assertConservation(input, { ...result, communitySoldWh: [11, 0], communityBoughtWh: [0, 11] }),
    ).toThrow('CONSERVATION');
  });
});
