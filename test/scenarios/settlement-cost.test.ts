/** What a settlement may cost: a refused one little, one transaction no more than its share. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { Lanes } from '../../api/lanes/lanes.js';
import type { Args, CommandInput } from '../../schema/command.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { intervalSettle } from '../../schema/trade/metering.js';
import { connectionRegister } from '../../schema/trade/registration.js';
import { Community } from './community.js';
import { clearingAccount, open, post, READINGS, settleAtOnce, withBilateral } from './in-parts.js';
import { resetLimits, setLimits } from './limits.js';
import { watchedCommunity, whereReadsCount } from './watched.js';
import { host, HOST, operator, PROVIDER, QUARTER, START_MS } from './world.js';

let at: Community;
afterEach(async () => {
  resetLimits();
  await at.world.close();
});

const familiesOf = (keys: readonly string[]): Set<string> => new Set(keys.map((key) => key.split('/')[1]));

describe('a settlement that is refused', () => {
  whereReadsCount('for a reading that lacks looks at readings and members and at nothing else', async () => {
    let watch;
    ({ at, watch } = await watchedCommunity({ homes: 3 }));
    await at.read(START_MS, READINGS.slice(0, 2));
    const keys = await watch.during(async () => {
      expect((await at.settle(START_MS)).code).toBe('READINGS_INCOMPLETE');
    });
    const families = familiesOf(keys);
    expect([...families]).toEqual(expect.arrayContaining(['reading', 'slot', 'member']));
    for (const family of ['book', 'preference', 'tariff', 'acctinfo']) {
      expect(families.has(family)).toBe(false);
    }
  });

  whereReadsCount('for want of size, as a run in parts, computes nothing', async () => {
    let watch;
    ({ at, watch } = await watchedCommunity({ homes: 3 }));
    await at.read(START_MS, READINGS.slice(0, 3));
    const clearing = await clearingAccount(at);
    const keys = await watch.during(async () => {
      expect((await open(at, clearing, START_MS)).code).toBe('SETTLEMENT_SMALL');
    });
    const families = familiesOf(keys);
    for (const family of ['reading', 'slot', 'member', 'book', 'preference', 'tariff']) {
      expect(families.has(family)).toBe(false);
    }
  });

  test('is not that of an interval in which only connections that are no members lack readings', async () => {
    at = await Community.open({ homes: 2 });
    await at.world.must(operator, connectionRegister, {
      ...{ meterId: 'no-member', participant: at.homes[0].participant, network: at.network, zone: 'z1' },
      ...{ meteringDataProvider: PROVIDER, sanctionedLoadW: 1, generationCapacityW: 1, validFrom: START_MS },
    } as Args<typeof connectionRegister>);
    await at.read(START_MS, READINGS.slice(0, 2));
    expect((await at.settle(START_MS)).code).toBe('OK');
  });
});

describe('one transaction', () => {
  const settlements = (intervals: number): CommandInput[] =>
    Array.from({ length: intervals }, (_, i) =>
      at.world.command(host, intervalSettle, { market: at.market, start: START_MS + i * QUARTER } as Args<
        typeof intervalSettle
      >),
    );
  const readAll = async (intervals: number): Promise<void> => {
    at.world.at(START_MS + intervals * QUARTER);
    for (let i = 0; i < intervals; i++) await at.read(START_MS + i * QUARTER, READINGS);
  };
  /** What the settlement of one interval of five homes counts as. */
  const WORK = 15;

  test('takes as many settlements as its work allows, whatever it costs to load their pages', async () => {
    at = await Community.open({ homes: 5 });
    await readAll(3);
    setLimits({ workPerTransaction: 2 * WORK });
    await expect(at.world.batch(host, settlements(3))).rejects.toMatchObject({ code: 'WORK_LIMIT' });
    const two = await at.world.batch(host, settlements(2));
    expect(two.map(({ code }) => code)).toEqual(['OK', 'OK']);
  });

  test('counts settlements that are refused after they were gathered', async () => {
    at = await Community.open({ homes: 5 });
    await readAll(3);
    settleAtOnce(2);
    setLimits({ workPerTransaction: 2 * WORK });
    await expect(at.world.batch(host, settlements(3))).rejects.toMatchObject({ code: 'WORK_LIMIT' });
    const two = await at.world.batch(host, settlements(2));
    expect(two.map(({ code }) => code)).toEqual(['SETTLEMENT_TOO_LARGE', 'SETTLEMENT_TOO_LARGE']);
    settleAtOnce();
  });

  test('always takes a lone settlement, so that a lane splits a batch and loses nothing', async () => {
    at = await Community.open({ homes: 5 });
    await readAll(3);
    setLimits({ workPerTransaction: 1 });
    const lanes = new Lanes({ ledger: at.world.ledger, events: TRADE_EVENTS });
    const before = at.world.ledger.height();
    const identity = { organisation: HOST, role: 'HOST' };
    const outcomes = await lanes.submitBatch(HOST, identity, settlements(3));
    expect(outcomes.map(({ refusal }) => refusal?.code)).toEqual([undefined, undefined, undefined]);
    expect(at.world.ledger.height() - before).toBe(3);
    await lanes.close();
  });
});

test('a part of a run has at least so many members and trades, unless it is the last', async () => {
  at = await withBilateral();
  settleAtOnce(2);
  setLimits({ linesPerPart: 3 });
  await at.read(START_MS, READINGS);
  const clearing = await clearingAccount(at);
  expect((await open(at, clearing, START_MS)).code).toBe('OK');
  const part = async (from: number, members: number): Promise<string[]> => {
    const { code, field } = await post(at, from, START_MS, host, members);
    return [code, field];
  };
  // The first home sells by a contract: it and the second make three lines.
  expect(await part(0, 1)).toEqual(['PART_TOO_SMALL', 'members']);
  expect(await part(0, 2)).toEqual(['OK', '']);
  expect(await part(2, 2)).toEqual(['PART_TOO_SMALL', 'members']);
  expect(await part(2, 3)).toEqual(['OK', '']);
  settleAtOnce();
});
