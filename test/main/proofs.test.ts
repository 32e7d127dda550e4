/** What `gridbook check` proves over the views: it holds on a ledger's own, and fails on anything else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROOFS } from '../../api/main/check/check-folder.js';
import { RuleViolation } from '../../api/main/check/proof.js';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import type { Session } from '../../api/readmodel/session.js';
import type { Args } from '../../schema/command.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { holdPlace } from '../../schema/trade/money.js';
import type { Community } from '../scenarios/community.js';
import {
  clearingAccount,
  open,
  PARTS,
  PER_PART,
  post,
  READINGS,
  settleAtOnce,
  withBilateral,
} from '../scenarios/in-parts.js';
import { participant, QUARTER, START_MS } from '../scenarios/world.js';

let at: Community;
let database: Database;
beforeAll(async () => {
  at = await withBilateral({ duesFloor: -100_000 });
  await at.run(START_MS, READINGS);
  await at.mint(0, 5_000_000);
  await at.world.must(participant(at.homes[0].participant), holdPlace, {
    ...{ account: at.homes[0].wallet, payee: at.homes[1].wallet, amountMicros: 500 },
    ...{ expiresAt: at.world.now + QUARTER, purpose: 'charging' },
  } as Args<typeof holdPlace>);
  // One interval settled in parts, and one whose run is still open.
  settleAtOnce(PER_PART);
  const clearing = await clearingAccount(at);
  for (const [start, parts] of [
    [START_MS + QUARTER, PARTS],
    [START_MS + 2 * QUARTER, PARTS.slice(0, -1)],
  ] as const) {
    at.world.at(start + QUARTER);
    await at.read(start, READINGS);
    await open(at, clearing, start);
    for (const from of parts) await post(at, from, start);
  }
  settleAtOnce();
  database = await Database.open();
  const { ledger } = at.world;
  const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
  const projector = await Projector.start({ database, ledger, ledgerId: 'one', ...words });
  await projector.waitFor(ledger.height());
  await projector.stop();
});
afterAll(async () => {
  await database.close();
  await at.world.close();
});

class RolledBack extends Error {}

/** Rules that no longer hold after a change, which is undone. */
async function brokenBy(sql: string): Promise<string[]> {
  const broken: string[] = [];
  const work = async (session: Session): Promise<void> => {
    const { affected } = await session.run(sql);
    expect(affected).toBeGreaterThan(0);
    for (const [i, proof] of PROOFS.entries()) {
      await session.run(`savepoint proof_${i}`);
      try {
        await proof.prove(session);
      } catch (error) {
        if (!(error instanceof RuleViolation)) throw error;
        broken.push(proof.rule);
        await session.run(`rollback to savepoint proof_${i}`);
      }
    }
    throw new RolledBack();
  };
  await database.transaction(work).catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
  return broken;
}

test('every proof holds, over cases that are there', async () => {
  for (const proof of PROOFS) {
    const cases = await database.transaction((session) => proof.prove(session));
    expect([proof.what, cases > 0n]).toEqual([proof.what, true]);
  }
});

describe('one figure changed breaks a proof:', () => {
  const first = (table: string, key: string, where = 'true'): string =>
    `(${key}) = (select ${key} from ${table} where ${where} order by ${key} limit 1)`;
  /** Adds to a column of one member, in the row that it shares with its neighbours. */
  const addedTo = (table: string, column: string, change: number, where = 'true'): string =>
    `update ${table} set ${column}[1] = ${column}[1] + ${change} where ${first(table, 'lane, start, band, connection', where)}`;
  test.each<[string, string, string]>([
    ['a metered import', addedTo('position_set', 'import_wh', 1, 'import_wh is not null'), 'E1'],
    [
      'a community sale',
      addedTo('position_set', 'community_sold_wh', 1, 'community_sold_wh is not null'),
      'E1',
    ],
    ['the total of an interval', 'update run set export_wh = export_wh + 1', 'E1'],
    ['a reading', addedTo('reading_set', 'export_wh', 1, 'export_wh is not null'), 'E1'],
    ['a bill', addedTo('position_set', 'bill_micros', 1), 'P2P-01'],
    ['what the retailer alone would have cost', addedTo('position_set', 'retail_only_micros', -1), 'P2P-16'],
    [
      'a bilateral price',
      `update bilateral_trade set price = price + 1 where ${first('bilateral_trade', 'id', "stage = 'CONTRACTED'")}`,
      'P2P-01',
    ],
    ['a community price', 'update run set price = price + 10000 where price is not null', 'P2P-03'],
    [
      'a least price to sell at',
      'update preference set min_sell_price = max_buy_price + 1 where max_buy_price is not null',
      'P2P-03',
    ],
    [
      'a posting',
      `update entry_set set amounts[1] = amounts[1] + 1 where ${first('entry_set', 'lane, account, first_sequence')}`,
      'K2',
    ],
    [
      'a number of a posting',
      `update entry_set set first_sequence = first_sequence + 1000 where ${first('entry_set', 'lane, account, first_sequence')}`,
      'K4',
    ],
    ['a balance', `update account set balance = balance + 1 where ${first('account', 'lane, number')}`, 'K2'],
    ['a hold', 'update hold set remaining = remaining - 1', 'K2'],
    ['a floor', `update account set floor = 1 where kind = 'DUES' and balance < 0`, 'K3'],
    ['a ceiling', `update unit set ceiling = 1 where kind = 'SPARKZ'`, 'TOK-01'],
    [
      'a tariff line',
      `update tariff_version set lines = jsonb_set(lines, '{0,rateMicros}', '"1"')`,
      'P2P-16',
    ],
    ['a receivable', 'update receivable set amount = amount + 1', 'P2P-16'],
    ['the place of a part', 'update run_part set block = block + 1 where from_member = 2', 'P2P-16'],
    [
      'a position of an open run',
      `update open_position_set set levies_micros = array_fill(1::bigint, array[cardinality(connection)])`,
      'P2P-16',
    ],
    ['an open run that is lost', 'delete from open_position_set', 'K2'],
  ])('%s', async (_, sql, rule) => {
    expect(await brokenBy(sql)).toContain(rule);
  });
});
