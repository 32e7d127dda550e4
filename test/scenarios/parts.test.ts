/** A settlement that is larger than one transaction runs in parts (trade.md, Settlement). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import type { Community } from './community.js';
import {
  clearingAccount,
  HOMES,
  open,
  PARTS,
  PER_PART,
  post,
  READINGS,
  settleAtOnce,
  withBilateral,
} from './in-parts.js';
import { resetLimits, setLimits } from './limits.js';
import {
  host,
  marketOperator,
  operator,
  participant,
  provider,
  QUARTER,
  START_MS,
  type Giver,
  type Outcome,
} from './world.js';

const codes = ({ code, field }: Outcome): [string, string] => [code, field];

const columnsOf = (outcomes: readonly Outcome[], event: string): Record<string, unknown[]> => {
  const columns: Record<string, unknown[]> = {};
  for (const { events } of outcomes) {
    for (const { name, rows } of events) {
      if (name !== event) continue;
      for (const [column, values] of Object.entries(rows)) (columns[column] ??= []).push(...values);
    }
  }
  return columns;
};

const balances = async (at: Community): Promise<number[]> => {
  const accounts = at.homes.flatMap((home) => [home.dues, home.receivable]);
  const all = [...accounts, at.payees.retailer, at.payees.network, at.rounding];
  return Promise.all(all.map(async (account) => (await at.account(account)).balance));
};

beforeAll(() => {
  settleAtOnce(PER_PART);
});
afterAll(() => {
  settleAtOnce();
});

describe('a run in parts', () => {
  test('comes to what one transaction would have come to, on any readings', async () => {
    const [whole, inParts] = [await withBilateral(), await withBilateral()];
    const clearing = await clearingAccount(inParts);
    let start = START_MS;
    const wh = fc.tuple(fc.nat({ max: 3_000 }), fc.nat({ max: 3_000 }));
    const interval = fc.array(wh, { minLength: HOMES, maxLength: HOMES });
    await fc.assert(
      fc.asyncProperty(interval, async (readings) => {
        for (const at of [whole, inParts]) at.world.at(start + QUARTER);
        settleAtOnce();
        const run = await whole.run(start, readings);
        settleAtOnce(PER_PART);
        await inParts.read(start, readings);
        const opened = await open(inParts, clearing, start);
        expect(opened.events[0].fields).toMatchObject({
          members: HOMES,
          communityPriceMicrosPerMWh: run.price,
          inputDigest: run.settled.fields.inputDigest,
        });
        const posted: Outcome[] = [];
        for (const from of PARTS) posted.push(await post(inParts, from, start));
        expect(posted.map(codes)).toEqual(posted.map(() => ['OK', '']));
        expect(columnsOf(posted, 'runPartPosted')).toEqual(run.settled.rows);
        const trades = columnsOf(posted, 'tradesMade');
        expect([...((trades.agreement ?? []) as number[])].sort()).toEqual(
          run.trades.map(([agreement]) => agreement).sort(),
        );
        expect(await balances(inParts)).toEqual(await balances(whole));
        expect((await inParts.account(clearing)).balance).toBe(0);
        start += QUARTER;
      }),
      { numRuns: 25, seed: 5 },
    );
    await whole.world.close();
    await inParts.world.close();
  });

  test('may be opened and carried on by anyone entitled, and by nobody else', async () => {
    const at = await withBilateral();
    const clearing = await clearingAccount(at);
    await at.read(START_MS, READINGS);
    expect(codes(await open(at, clearing, START_MS, marketOperator))).toEqual(['OK', '']);
    const stranger: Giver = { organisation: 'Elsewhere', role: 'HOST' };
    const other: Giver = { organisation: 'Elsewhere', role: 'NETWORK_OPERATOR' };
    await at.world.admit([stranger, other]);
    for (const giver of [stranger, other]) {
      expect((await post(at, 0, START_MS, giver)).code).not.toBe('OK');
    }
    const givers = [operator, provider, participant(at.homes[2].participant)];
    for (const [i, from] of PARTS.entries()) {
      expect(codes(await post(at, from, START_MS, givers[i]))).toEqual(['OK', '']);
    }
    await at.world.close();
  });

  test('posts each part once and in order; nothing else settles the interval meanwhile or after', async () => {
    const at = await withBilateral();
    const clearing = await clearingAccount(at);
    expect(codes(await post(at, 0, START_MS))).toEqual(['RUN_NOT_OPEN', 'start']);
    expect(codes(await open(at, clearing, START_MS))).toEqual(['READINGS_INCOMPLETE', 'start']);
    await at.read(START_MS, READINGS);
    expect(codes(await at.settle(START_MS))).toEqual(['SETTLEMENT_TOO_LARGE', 'start']);
    expect(codes(await open(at, at.payees.retailer, START_MS))).toEqual(['ACCOUNT_KIND', 'clearingAccount']);
    expect(codes(await open(at, clearing, START_MS + QUARTER))).toEqual(['INTERVAL_NOT_OVER', 'start']);
    expect(codes(await open(at, clearing, START_MS))).toEqual(['OK', '']);
    expect(codes(await open(at, clearing, START_MS))).toEqual(['RUN_OPEN', 'start']);
    settleAtOnce();
    expect(codes(await at.settle(START_MS))).toEqual(['RUN_OPEN', 'start']);
    settleAtOnce(PER_PART);
    expect(codes(await post(at, 1, START_MS))).toEqual(['WRONG_STATE', 'from']);
    expect(codes(await post(at, 0, START_MS))).toEqual(['OK', '']);
    expect(codes(await post(at, 0, START_MS))).toEqual(['ALREADY_SETTLED', 'from']);
    expect(codes(await post(at, 1, START_MS))).toEqual(['ALREADY_SETTLED', 'from']);
    expect(codes(await at.revise(START_MS, [[0, 2_000]]))).toEqual(['RUN_OPEN', 'start']);
    expect(codes(await post(at, 2, START_MS, host, 1))).toEqual(['OK', '']);
    expect(codes(await post(at, 3, START_MS, host, HOMES))).toEqual(['OK', '']);
    expect(codes(await post(at, HOMES, START_MS))).toEqual(['ALREADY_SETTLED', 'start']);
    expect(codes(await open(at, clearing, START_MS))).toEqual(['ALREADY_SETTLED', 'start']);
    expect(codes(await at.settle(START_MS))).toEqual(['ALREADY_SETTLED', 'start']);
    const revised = await at.revise(START_MS, [[0, 2_000]]);
    expect(revised.events.map(({ name }) => name)).toEqual(['readingsRevised', 'runStale']);
    await at.world.close();
  });

  test('is not needed, and not taken, where all fits into one transaction', async () => {
    const at = await withBilateral();
    const clearing = await clearingAccount(at);
    await at.read(START_MS, READINGS);
    settleAtOnce();
    expect(codes(await open(at, clearing, START_MS))).toEqual(['SETTLEMENT_SMALL', 'start']);
    expect(codes(await at.settle(START_MS))).toEqual(['OK', '']);
    settleAtOnce(PER_PART);
    await at.world.close();
  });

  test('is needed also where few members have many trades', async () => {
    const at = await withBilateral();
    const clearing = await clearingAccount(at);
    await at.read(START_MS, READINGS);
    settleAtOnce();
    // A contract and a nomination: with the members, seven lines.
    setLimits({ linesPerSettlement: HOMES + 1 });
    expect(codes(await at.settle(START_MS))).toEqual(['SETTLEMENT_TOO_LARGE', 'start']);
    expect(codes(await open(at, clearing, START_MS))).toEqual(['OK', '']);
    resetLimits();
    settleAtOnce(PER_PART);
    await at.world.close();
  });

  test('never fails because a dues account is at its floor: the rest is owed', async () => {
    const at = await withBilateral({ duesFloor: 0 });
    const clearing = await clearingAccount(at);
    await at.read(START_MS, READINGS);
    await open(at, clearing, START_MS);
    const posted: Outcome[] = [];
    for (const from of PARTS) posted.push(await post(at, from, START_MS));
    const owed = columnsOf(posted, 'receivablesRaised');
    expect((owed.connection as number[]).length).toBeGreaterThan(1);
    for (const [i, account] of (owed.account as number[]).entries()) {
      expect((await at.account(account)).balance).toBe(-(owed.amountMicros as number[])[i]);
    }
    expect((await at.account(clearing)).balance).toBe(0);
    await at.world.close();
  });
});

test('the read model shows a run in parts once it is complete', async () => {
  const at = await withBilateral();
  const clearing = await clearingAccount(at);
  await at.read(START_MS, READINGS);
  await open(at, clearing, START_MS);
  const database = await Database.open();
  const { ledger } = at.world;
  const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
  const projector = await Projector.start({ database, ledger, ledgerId: 'one', ...words });
  const counts = async (): Promise<number[]> => {
    await projector.waitFor(ledger.height());
    const tables = ['run', 'position', 'trade', 'open_position', 'open_bilateral_trade'] as const;
    const rows = tables.map((table) => database.db.selectFrom(table).selectAll().execute());
    return (await Promise.all(rows)).map((list) => list.length);
  };
  const waiting: number[] = [];
  for (const from of PARTS.slice(0, -1)) {
    await post(at, from, START_MS);
    const [runs, positions, trades, openPositions] = await counts();
    expect([runs, positions, trades]).toEqual([0, 0, 0]);
    waiting.push(openPositions);
  }
  expect(waiting).toEqual([PER_PART, 2 * PER_PART]);
  await post(at, PARTS.at(-1) as number, START_MS);
  const [runs, positions, trades, openPositions, openTrades] = await counts();
  expect([runs, positions, openPositions, openTrades]).toEqual([1, HOMES, 0, 0]);
  expect(trades).toBeGreaterThan(2);
  const run = await database.db.selectFrom('run').selectAll().executeTakeFirstOrThrow();
  const total = (side: 0 | 1): string => String(READINGS.reduce((sum, wh) => sum + wh[side], 0));
  expect([run.members, run.import_wh, run.export_wh, run.stale]).toEqual([HOMES, total(0), total(1), false]);
  const entries = await database.db.selectFrom('entry').select('interval_start').execute();
  expect(entries.every((entry) => Number(entry.interval_start) === START_MS)).toBe(true);
  await projector.stop();
  await database.close();
  await at.world.close();
});
