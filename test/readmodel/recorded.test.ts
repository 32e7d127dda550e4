/** History that a lane brought along (K11) is told from what was committed at its time. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import { clearReadModel, contentDigest } from '../../api/readmodel/rebuild.js';
import type { Ledger } from '../../network/ledger.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { creatorOf, LANE, NOW } from '../fabric/made-block.js';
import { MadeChannel } from '../fabric/made-channel.js';
import { Asking, viewer } from '../queries/asking.js';

const THEN = Date.UTC(2025, 0, 1);
const iso = (ms: number): string => new Date(ms).toISOString();

let channel: MadeChannel;
let database: Database;
let asking: Asking;
beforeAll(async () => {
  channel = new MadeChannel(await creatorOf('HOST'));
  channel.add(await channel.brought(THEN), await channel.brought(THEN + 1));
  channel.add(await channel.valid());
  database = await Database.open();
  asking = await Asking.open(database);
});
beforeEach(() => clearReadModel(database));
afterAll(() => asking.close());

/** Brings the read model up to the ledger; answers the digest of its content. */
async function project(ledger: Ledger): Promise<string> {
  const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
  const projector = await Projector.start({ database, ledger, ledgerId: 'one', ...words });
  await projector.waitFor(ledger.height());
  await projector.stop();
  return contentDigest(database);
}

const shown = (): Promise<unknown> =>
  asking.data(
    viewer('HOST', LANE),
    '{ transactions(first: 10) { edges { node { recorded time ledgerTime } } } }',
  );

const page = (...nodes: readonly [recorded: boolean, timeMs: number][]): unknown => ({
  transactions: {
    edges: nodes.map(([recorded, ms]) => ({ node: { recorded, time: iso(ms), ledgerTime: iso(ms) } })),
  },
});

test(`the host of ${LANE} sees which transactions were committed later than their time`, async () => {
  await project(channel.ledger());
  expect(await shown()).toEqual(page([false, NOW], [true, THEN + 1], [true, THEN]));
});

test('a read model that an older version made is brought to the same content', async () => {
  const digest = await project(channel.ledger());
  await database.transaction(async (session) => {
    await session.run('update checkpoint set projection = null');
    await session.run('update transaction set recorded = null');
    await session.run('delete from admission');
  });
  expect(await project(channel.ledger())).toBe(digest);
});

test('one that this version made keeps its rows', async () => {
  await project(channel.ledger());
  const statements: string[] = [];
  database.onStatement((sql) => statements.push(sql));
  await project(channel.ledger());
  database.onStatement(undefined);
  expect(statements.filter((sql) => sql.startsWith('truncate'))).toEqual([]);
});

test('one of another ledger is refused, whichever version made it', async () => {
  await project(channel.ledger());
  await database.transaction((session) =>
    session.run("update checkpoint set projection = null, ledger_id = 'other'"),
  );
  await expect(project(channel.ledger())).rejects.toThrow('it was made from another ledger');
});
