/** The settlement of an interval on the ledger: stages, money, who may do what (trade.md, P2P). */
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  agreementAccept,
  agreementCancel,
  agreementPrioritySet,
  agreementReject,
} from '../../schema/trade/market.js';
import type { Args } from '../../schema/command.js';
import { Community, line, perKWh, Run, type CommunityOptions } from './community.js';
import { participant, QUARTER, START_MS } from './world.js';

let at: Community;
const open = async (options: CommunityOptions): Promise<Community> => (at = await Community.open(options));
const setUp = async (options: CommunityOptions): Promise<Community> => (at = await Community.setUp(options));
afterEach(() => at.world.close());

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('P2P-01 the waterfall of an interval', () => {
  test('3,000 Wh of export go to contract, nomination, community and retailer, in this order, and every Wh once', async () => {
    await setUp({ homes: 4 });
    await at.agree('CONTRACTED', 0, 1, 0.25, 400);
    await at.agree('NOMINATED', 0, 2, 0.2);
    await openMarket();
    const run = await at.run(START_MS, [
      [0, 3000],
      [400, 0],
      [1000, 0],
      [800, 0],
    ]);
    expect(run.column('contractedSoldWh')).toEqual([400, 0, 0, 0]);
    expect(run.column('contractedBoughtWh')).toEqual([0, 400, 0, 0]);
    expect(run.column('nominatedSoldWh')).toEqual([1000, 0, 0, 0]);
    expect(run.column('nominatedBoughtWh')).toEqual([0, 0, 1000, 0]);
    expect(run.column('communitySoldWh')).toEqual([800, 0, 0, 0]);
    expect(run.column('communityBoughtWh')).toEqual([0, 0, 0, 800]);
    // 0.25 × 0.4 kWh and 0.20 × 1 kWh.
    expect(run.trades.map(([, wh, , amount]) => [wh, amount])).toEqual([
      [400, 100_000],
      [1000, 200_000],
    ]);
    // 800 Wh are left for the retailer at 0.05.
    expect(run.column('residualExportMicros')).toEqual([-40_000, 0, 0, 0]);
    expect(total([...run.postings.values()])).toBe(0);
  });

  test('what a member pays goes to the member that delivered, to the payees of its tariff, and to nobody else', async () => {
    await open({
      homes: 2,
      lines: ({ retailer, network }) => [
        line('energy', 'IMPORT_WH', perKWh(0.22), retailer),
        line('grid', 'IMPORT_WH', perKWh(0.07), network, true),
        line('standing', 'DAY', 960_000, retailer),
        line('feed-in', 'EXPORT_WH', perKWh(0.08), retailer),
      ],
    });
    const run = await at.run(START_MS, [
      [0, 1000],
      [1500, 0],
    ]);
    const [seller, buyer] = at.homes;
    // The buyer wants more than there is: its own next Wh sets the price, 0.30. Grid 0.07 on all 1,500 Wh, energy 0.22
    // on the 500 Wh that the retailer delivers.
    expect(run.price).toBe(perKWh(0.3));
    expect(run.postings).toEqual(
      new Map([
        [at.payees.retailer, 110_000 + 10_000 + 10_000],
        [at.payees.network, 105_000],
        [seller.dues, 300_000 - 10_000],
        [buyer.dues, -(300_000 + 110_000 + 105_000 + 10_000)],
      ]),
    );
    expect(run.column('leviesMicros')).toEqual([0, 70_000]);
    expect(run.column('retailOnlyMicros')).toEqual([10_000 - 80_000, 330_000 + 105_000 + 10_000]);
  });

  test('import and export of one connection never net', async () => {
    await open({ homes: 1, preferences: false });
    const run = await at.run(START_MS, [[500, 300]]);
    expect(run.column('residualImportMicros')).toEqual([150_000]);
    expect(run.column('residualExportMicros')).toEqual([-15_000]);
  });

  test('shares of a standing line sum to the day', async () => {
    await open({ homes: 1, lines: ({ retailer }) => [line('standing', 'DAY', 1_000_003, retailer)] });
    let sum = 0;
    for (let i = 0; i < 96; i++) {
      const start = START_MS + i * QUARTER;
      at.world.at(start + QUARTER);
      sum += total((await at.run(start, [[0, 0]])).column('standingMicros'));
    }
    expect(sum).toBe(1_000_003);
  });
});

async function openMarket(): Promise<void> {
  const { marketOpen } = await import('../../schema/trade/market.js');
  const { host } = await import('./world.js');
  await at.world.must(host, marketOpen, { market: at.market });
}

describe('P2P-02 the handshake of a nomination', () => {
  const accept = (home: number, agreement: number) =>
    at.world.give(participant(at.homes[home].participant), agreementAccept, { market: at.market, agreement });

  test('a proposal that nobody accepted never trades', async () => {
    await setUp({ homes: 2, preferences: false });
    await at.propose('NOMINATED', 0, 1, 0.2);
    await openMarket();
    const run = await at.run(START_MS, [
      [0, 1000],
      [1000, 0],
    ]);
    expect(run.trades).toEqual([]);
    expect(run.column('residualImportMicros')).toEqual([0, 300_000]);
  });

  test('only the other side can accept, once, and a refused or withdrawn proposal cannot be accepted', async () => {
    await setUp({ homes: 3 });
    const { agreement } = await at.propose('NOMINATED', 0, 1, 0.2);
    expect((await accept(0, agreement)).code).toBe('WRONG_STATE');
    expect((await accept(2, agreement)).code).toBe('NOT_FOUND');
    expect((await accept(1, agreement)).code).toBe('OK');
    expect((await accept(1, agreement)).code).toBe('WRONG_STATE');
    const second = await at.propose('NOMINATED', 0, 2, 0.2);
    await at.world.must(participant(at.homes[2].participant), agreementReject, {
      market: at.market,
      agreement: second.agreement,
    });
    expect((await accept(2, second.agreement)).code).toBe('WRONG_STATE');
    const third = await at.propose('NOMINATED', 0, 2, 0.2);
    await at.world.must(participant(at.homes[0].participant), agreementCancel, {
      market: at.market,
      agreement: third.agreement,
    });
    expect((await accept(2, third.agreement)).code).toBe('WRONG_STATE');
  });

  test('an acceptance counts from the next interval, never in one that has begun', async () => {
    await open({ homes: 2, preferences: false });
    // The clock stands at the end of the first interval: the second has begun.
    const { agreement } = await at.propose('NOMINATED', 0, 1, 0.2, null, START_MS + 2 * QUARTER);
    at.world.at(START_MS + 3.5 * QUARTER);
    const accepted = await accept(1, agreement);
    expect(accepted.events[0].fields.effectiveFrom).toBe(START_MS + 4 * QUARTER);
    at.world.at(START_MS + 5 * QUARTER);
    expect(
      (
        await at.run(START_MS + 3 * QUARTER, [
          [0, 1000],
          [1000, 0],
        ])
      ).trades,
    ).toEqual([]);
    expect(
      (
        await at.run(START_MS + 4 * QUARTER, [
          [0, 1000],
          [1000, 0],
        ])
      ).trades,
    ).toHaveLength(1);
  });

  test('a zero price is an energy gift', async () => {
    await setUp({ homes: 2 });
    await at.agree('NOMINATED', 0, 1, 0);
    await openMarket();
    const run = await at.run(START_MS, [
      [0, 700],
      [900, 0],
    ]);
    expect(run.trades.map(([, wh, price, amount]) => [wh, price, amount])).toEqual([[700, 0, 0]]);
  });

  test('three nominations a side at most', async () => {
    await setUp({ homes: 5 });
    for (const buyer of [1, 2, 3]) await at.agree('NOMINATED', 0, buyer, 0.2);
    const { agreement } = await at.propose('NOMINATED', 0, 4, 0.2);
    expect((await accept(4, agreement)).code).toBe('LIMIT_REACHED');
  });

  test('a reordered priority counts from the next interval', async () => {
    await setUp({ homes: 3, preferences: false });
    const first = await at.agree('NOMINATED', 0, 1, 0.2);
    const second = await at.agree('NOMINATED', 0, 2, 0.2);
    await openMarket();
    const rank = (agreements: number[]) =>
      at.world.give(participant(at.homes[0].participant), agreementPrioritySet, {
        market: at.market,
        connection: at.homes[0].connection,
        side: 'SELL',
        agreements,
      } as Args<typeof agreementPrioritySet>);
    expect((await rank([second, first])).code).toBe('OK');
    const sold = async (start: number): Promise<number[][]> => {
      at.world.at(start + QUARTER);
      return (
        await at.run(start, [
          [0, 600],
          [500, 0],
          [500, 0],
        ])
      ).trades.map(([agreement, wh]) => [agreement, wh]);
    };
    // Given in the second interval: the first two keep the order of their numbers.
    expect(await sold(START_MS)).toEqual([
      [first, 500],
      [second, 100],
    ]);
    expect(await sold(START_MS + QUARTER)).toEqual([
      [first, 500],
      [second, 100],
    ]);
    expect(await sold(START_MS + 2 * QUARTER)).toEqual([
      [second, 500],
      [first, 100],
    ]);
    expect((await rank([first, first])).code).toBe('INVALID_INPUT');
    expect((await rank([999])).code).toBe('NOT_FOUND');
  });

  test('a cancelled agreement trades in the interval that had begun, and not after it', async () => {
    await setUp({ homes: 2, preferences: false });
    const agreement = await at.agree('NOMINATED', 0, 1, 0.2);
    await openMarket();
    await at.world.must(participant(at.homes[1].participant), agreementCancel, {
      market: at.market,
      agreement,
    });
    at.world.at(START_MS + 4 * QUARTER);
    expect(
      (
        await at.run(START_MS + 2 * QUARTER, [
          [0, 100],
          [100, 0],
        ])
      ).trades,
    ).toHaveLength(0);
    expect(
      (
        await at.run(START_MS + QUARTER, [
          [0, 100],
          [100, 0],
        ])
      ).trades,
    ).toHaveLength(1);
  });

  test('an interval is settled late by the agreements of its time, however many followed', async () => {
    await setUp({ homes: 2, preferences: false });
    const old = await at.agree('NOMINATED', 0, 1, 0.11);
    await openMarket();
    for (let i = 0; i < 5; i++) {
      const agreement =
        i === 0 ? old : await at.agree('NOMINATED', 0, 1, 0.2 + i / 100, null, at.world.now + QUARTER);
      await at.world.must(participant(at.homes[0].participant), agreementCancel, {
        market: at.market,
        agreement,
      });
      at.world.at(at.world.now + 4 * QUARTER);
    }
    const run = await at.run(START_MS, [
      [0, 1000],
      [1000, 0],
    ]);
    expect(run.trades.map(([agreement, , price]) => [agreement, price])).toEqual([[old, perKWh(0.11)]]);
  });

  test('nobody trades with itself by agreement', async () => {
    await setUp({ homes: 1 });
    await expect(at.propose('NOMINATED', 0, 0, 0.2)).rejects.toThrow('SAME_PARTICIPANT');
  });
});

describe('P2P-03 the community on the ledger', () => {
  test('a price cap binds after the uniform price, and what it keeps apart says so', async () => {
    await setUp({ homes: 3, priceCap: perKWh(0.1), preferences: false });
    await at.prefer(0, 0.05, null, START_MS);
    await at.prefer(1, 0.2, null, START_MS);
    await at.prefer(2, null, 0.3, START_MS);
    await openMarket();
    const run = await at.run(START_MS, [
      [0, 400],
      [0, 400],
      [800, 0],
    ]);
    expect(run.price).toBe(perKWh(0.1));
    expect(run.column('communitySoldWh')).toEqual([400, 0, 0]);
    expect(run.settled.fields.unmatchedByCapWh).toBe(400);
  });

  test('a member without a preference trades with the retailer alone', async () => {
    await open({ homes: 2, preferences: false });
    const run = await at.run(START_MS, [
      [0, 400],
      [800, 0],
    ]);
    expect(run.price).toBeNull();
    expect(run.column('communityBoughtWh')).toEqual([0, 0]);
  });

  test('what rounding leaves goes to the rounding account of the market', async () => {
    await setUp({ homes: 4, preferences: false });
    // 1 Wh each at 0.0015 a kWh = 1.5 micros: two sellers earn 2 each, one buyer of 2 Wh pays 3.
    await at.prefer(0, 0.0015, null, START_MS);
    await at.prefer(1, 0.0015, null, START_MS);
    await at.prefer(2, null, 0.0015, START_MS);
    await openMarket();
    const run = await at.run(START_MS, [
      [0, 1],
      [0, 1],
      [2, 0],
      [0, 0],
    ]);
    expect(run.postings.get(at.homes[0].dues)).toBe(2);
    expect(run.postings.get(at.homes[2].dues)).toBe(-3);
    expect(run.postings.get(at.rounding)).toBe(-1);
  });
});

describe('Settlement never fails for lack of funds', () => {
  test('what a dues account cannot carry becomes a receivable with a due date, and the seller is paid at once', async () => {
    await open({ homes: 2, duesFloor: -50_000 });
    const run = await at.run(START_MS, [
      [0, 1000],
      [1000, 0],
    ]);
    const [seller, buyer] = at.homes;
    expect(run.postings.get(seller.dues)).toBe(175_000);
    expect(run.postings.get(buyer.dues)).toBe(-50_000);
    expect(run.postings.get(buyer.receivable)).toBe(-125_000);
    const raised = run.events.find((e) => e.name === 'receivablesRaised');
    expect(raised?.rows).toEqual({
      connection: [buyer.connection],
      account: [buyer.receivable],
      amountMicros: [125_000],
    });
    expect(raised?.fields.dueAt).toBe(at.world.now + 14 * 86_400_000);
    expect((await at.account(buyer.dues)).balance).toBe(-50_000);
  });

  test('an interval is settled once', async () => {
    await open({ homes: 1 });
    await at.run(START_MS, [[100, 0]]);
    expect((await at.settle(START_MS)).code).toBe('ALREADY_SETTLED');
  });

  test('a run on the same inputs has the same digests, and other inputs other ones', async () => {
    await open({ homes: 1 });
    const one = (await at.run(START_MS, [[100, 0]])).settled.fields;
    at.world.at(START_MS + 2 * QUARTER);
    const two = new Run((await at.run(START_MS + QUARTER, [[101, 0]])).events).settled.fields;
    expect(one.inputDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(two.inputDigest).not.toBe(one.inputDigest);
    expect(two.outputDigest).not.toBe(one.outputDigest);
  });
});
