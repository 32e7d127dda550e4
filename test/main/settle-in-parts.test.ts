/** `gridbook settle` on an interval that is larger than one transaction. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Lanes } from '../../api/lanes/lanes.js';
import { settleInParts } from '../../api/main/settle-in-parts.js';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import type { Community } from '../scenarios/community.js';
import {
  clearingAccount,
  open,
  PER_PART,
  post,
  READINGS,
  settleAtOnce,
  withBilateral,
} from '../scenarios/in-parts.js';
import { marketPause, marketResume } from '../../schema/trade/market.js';
import { HOST, marketOperator, QUARTER, START_MS } from '../scenarios/world.js';

let at: Community;
let lanes: Lanes;
let database: Database;
let projector: Projector;
beforeAll(async () => {
  settleAtOnce(PER_PART);
  at = await withBilateral();
  // Keys bear the time of the ledger's clock.
  jest.spyOn(Date, 'now').mockImplementation(() => at.world.now);
  const { ledger } = at.world;
  lanes = new Lanes({ ledger, events: TRADE_EVENTS });
  database = await Database.open();
  const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
  projector = await Projector.start({ database, ledger, ledgerId: 'one', ...words });
});
afterAll(async () => {
  jest.restoreAllMocks();
  settleAtOnce();
  await projector.stop();
  await lanes.close();
  await database.close();
  await at.world.close();
});

const settle = async (start: number): Promise<string | undefined> => {
  await projector.waitFor(at.world.ledger.height());
  const { ledger } = at.world;
  return settleInParts({ lanes, database, projector, ledger }, { lane: HOST, market: at.market, start });
};

test('opens a clearing account, the run and every part; carries on what others left; tells why it cannot', async () => {
  expect(await settle(START_MS)).toBe('READINGS_INCOMPLETE');
  await at.read(START_MS, READINGS);
  expect(await settle(START_MS)).toBeUndefined();
  expect(await settle(START_MS)).toBe('ALREADY_SETTLED');

  const start = START_MS + QUARTER;
  at.world.at(start + QUARTER);
  await at.read(start, READINGS);
  await open(at, await clearingAccount(at), start);
  await post(at, 0, start);
  await at.world.must(marketOperator, marketPause, { market: at.market, reason: 'inquiry' });
  expect(await settle(start)).toBe('WRONG_STATE');
  const accounts = await database.db
    .selectFrom('account')
    .selectAll()
    .where('kind', '=', 'CLEARING')
    .execute();
  expect(accounts.map(({ unit }) => Number(unit))).toEqual([at.unit, at.unit]);

  await at.world.must(marketOperator, marketResume, { market: at.market, reason: 'inquiry ended' });
  expect(await settle(START_MS + QUARTER)).toBeUndefined();
  await projector.waitFor(at.world.ledger.height());
  const runs = await database.db.selectFrom('run').select('start').orderBy('start').execute();
  expect(runs.map(({ start }) => Number(start))).toEqual([START_MS, START_MS + QUARTER]);
  const clearing = await database.db
    .selectFrom('account')
    .select('balance')
    .where('kind', '=', 'CLEARING')
    .execute();
  expect(clearing.map(({ balance }) => balance)).toEqual(['0', '0']);
});
