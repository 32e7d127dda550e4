/** K5: nothing is backdated; readings seal an interval; what was in force in an interval settles it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Args } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import {
  communityPreferenceSet,
  marketOpen,
  marketPause,
  marketResume,
  membershipSet,
  tariffPublish,
} from '../../schema/trade/market.js';
import { connectionClose } from '../../schema/trade/registration.js';
import { Community, line, perKWh } from './community.js';
import { host, operator, participant, QUARTER, regulator, START_MS } from './world.js';

let at: Community;
afterEach(() => at.world.close());

const publish = (effectiveFrom: number, price = 0.4) =>
  at.world.give(host, tariffPublish, {
    tariffId: 'home',
    effectiveFrom,
    lines: [line('energy', 'IMPORT_WH', perKWh(price), at.payees.retailer)],
  } as Args<typeof tariffPublish>);

const prefer = (effectiveFrom: number) =>
  at.world.give(participant(at.homes[0].participant), communityPreferenceSet, {
    market: at.market,
    connection: at.homes[0].connection,
    minSellPriceMicrosPerMWh: null,
    maxBuyPriceMicrosPerMWh: null,
    effectiveFrom,
  } as Args<typeof communityPreferenceSet>);

const join = (effectiveFrom: number) =>
  at.world.give(host, membershipSet, {
    market: at.market,
    connection: at.homes[0].connection,
    tariff: at.tariff,
    duesAccount: at.homes[0].dues,
    receivableAccount: at.homes[0].receivable,
    effectiveFrom,
  } as Args<typeof membershipSet>);

describe('K5 nothing is backdated', () => {
  test.each([
    ['a tariff version', publish],
    ['a preference', prefer],
    ['a membership', join],
  ])(
    '%s counts from an interval that has not begun, on the grid, after the version before it',
    async (_, give) => {
      at = await Community.open({ homes: 1 });
      at.world.at(START_MS + 1.5 * QUARTER);
      expect((await give(START_MS + QUARTER)).code).toBe('BACKDATED');
      expect((await give(START_MS + 2 * QUARTER + 1)).code).toBe('OFF_GRID');
      // A slip of the pen, which would bar every version before it.
      const far = await give(Date.UTC(2205, 5, 1));
      expect([far.code, far.field]).toEqual(['TOO_FAR_AHEAD', 'effectiveFrom']);
      expect((await give(START_MS + 2 * QUARTER)).code).toBe('OK');
      expect((await give(START_MS + 2 * QUARTER)).code).toBe('VERSION_NOT_LATER');
    },
  );

  test('a tariff that nobody uses yet starts no further ahead than one in use', async () => {
    at = await Community.open({ homes: 1 });
    const draft = async (effectiveFrom: number): Promise<string> => {
      const lines = [line('energy', 'IMPORT_WH', perKWh(0.3), at.payees.retailer)];
      const args = { tariffId: 'draft', effectiveFrom, lines } as Args<typeof tariffPublish>;
      return (await at.world.give(host, tariffPublish, args)).code;
    };
    expect(await draft(at.world.now + LIMITS.effectiveAheadMs + 1)).toBe('TOO_FAR_AHEAD');
    expect(await draft(at.world.now + LIMITS.effectiveAheadMs)).toBe('OK');
  });

  test('an interval begins with its first instant', async () => {
    at = await Community.open({ homes: 1 });
    at.world.at(START_MS + 2 * QUARTER);
    expect((await prefer(START_MS + 2 * QUARTER)).code).toBe('BACKDATED');
    expect((await prefer(START_MS + 3 * QUARTER)).code).toBe('OK');
  });

  test('in SETUP the past may be loaded, but not into an interval that a reading has sealed', async () => {
    at = await Community.setUp({ homes: 1, from: START_MS - 100 * QUARTER, preferences: false });
    at.world.at(START_MS);
    expect((await prefer(START_MS - 50 * QUARTER)).code).toBe('OK');
    expect((await at.read(START_MS - 40 * QUARTER, [[5, 0]])).code).toBe('OK');
    expect((await publish(START_MS - 40 * QUARTER)).code).toBe('BACKDATED');
    expect((await prefer(START_MS - 40 * QUARTER)).code).toBe('BACKDATED');
    expect((await prefer(START_MS - 39 * QUARTER)).code).toBe('OK');
  });

  test('opening ends SETUP for good, and runs before it are BACKFILL', async () => {
    at = await Community.setUp({ homes: 1, from: START_MS - 10 * QUARTER });
    at.world.at(START_MS);
    expect((await at.settle(START_MS - 10 * QUARTER)).code).toBe('WRONG_STATE');
    await at.world.must(host, marketOpen, { market: at.market });
    expect((await at.world.give(host, marketOpen, { market: at.market })).code).toBe('WRONG_STATE');
    expect((await prefer(START_MS - QUARTER)).code).toBe('BACKDATED');
    const before = await at.run(START_MS - 10 * QUARTER, [[10, 0]]);
    expect(before.settled.fields.backfill).toBe(true);
    at.world.at(START_MS + QUARTER);
    expect((await at.run(START_MS, [[10, 0]])).settled.fields.backfill).toBe(false);
  });

  test('an interval is settled by the versions in force in it, however many followed', async () => {
    at = await Community.open({ homes: 1 });
    for (let i = 2; i < 12; i++) expect((await publish(START_MS + i * QUARTER, i / 100)).code).toBe('OK');
    for (let i = 2; i < 12; i++) expect((await join(START_MS + i * QUARTER)).code).toBe('OK');
    at.world.at(START_MS + 20 * QUARTER);
    for (const [i, price] of [
      [1, 0.3],
      [2, 0.02],
      [5, 0.05],
      [9, 0.09],
      [11, 0.11],
      [15, 0.11],
    ]) {
      const run = await at.run(START_MS + i * QUARTER, [[1000, 0]]);
      expect(run.column('residualImportMicros')).toEqual([Math.round(price * 1_000_000)]);
    }
  });

  test('a pause stops settlement and nothing else (A4)', async () => {
    at = await Community.open({ homes: 1 });
    await at.read(START_MS, [[10, 0]]);
    await at.world.must(regulator, marketPause, { market: at.market, reason: 'inquiry' });
    expect((await at.settle(START_MS)).code).toBe('WRONG_STATE');
    expect((await prefer(START_MS + 5 * QUARTER)).code).toBe('OK');
    await at.world.must(regulator, marketResume, { market: at.market, reason: 'inquiry ended' });
    expect((await at.settle(START_MS)).code).toBe('OK');
  });

  test('a connection ends in an interval that has not begun, and settles until then', async () => {
    at = await Community.open({ homes: 2 });
    const close = (validTo: number) =>
      at.world.give(operator, connectionClose, {
        connection: at.homes[1].connection,
        validTo,
        reason: 'moved out',
      } as Args<typeof connectionClose>);
    expect((await close(START_MS + QUARTER)).code).toBe('BACKDATED');
    expect((await close(START_MS + 2 * QUARTER)).code).toBe('OK');
    expect((await close(START_MS + 3 * QUARTER)).code).toBe('WRONG_STATE');
    at.world.at(START_MS + 3 * QUARTER);
    expect(
      (
        await at.run(START_MS + QUARTER, [
          [10, 0],
          [10, 0],
        ])
      ).column('connection'),
    ).toHaveLength(2);
    expect(
      (
        await at.read(START_MS + 2 * QUARTER, [
          [10, 0],
          [10, 0],
        ])
      ).code,
    ).toBe('CONNECTION_NOT_IN_FORCE');
    expect((await at.run(START_MS + 2 * QUARTER, [[10, 0]])).column('connection')).toHaveLength(1);
  });
});
