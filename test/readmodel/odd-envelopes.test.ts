/** Anybody of a channel can have anything ordered: whatever it is, the read model goes on with the next block. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import { clearReadModel, contentDigest } from '../../api/readmodel/rebuild.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import {
  creatorOf,
  LANE,
  momentAt,
  NOW,
  REFUSED,
  submitted,
  type MadeEnvelope,
} from '../fabric/made-block.js';
import { MadeChannel, type Coded } from '../fabric/made-channel.js';
import { Asking, viewer } from '../queries/asking.js';

let host: Buffer;
let database: Database;
let asking: Asking;
beforeAll(async () => {
  host = await creatorOf('HOST');
  database = await Database.open();
  asking = await Asking.open(database);
});
afterAll(() => asking.close());

interface Shown {
  readonly transactionId: string;
  readonly valid: boolean;
  readonly time: string;
  readonly ledgerTime: string;
  readonly role: string;
}
const FIELDS = 'transactionId valid time ledgerTime role organisation leaf';

/** Applies the blocks and one behind them, twice; answers the transactions that are shown before the last. */
async function applied(
  blocks: (channel: MadeChannel) => Promise<readonly (readonly Coded[])[]>,
  ordinary = (channel: MadeChannel): Promise<Coded> => channel.valid(),
): Promise<{ readonly list: readonly Shown[]; readonly byId: (id: string) => Promise<Shown | null> }> {
  const channel = new MadeChannel(host);
  for (const each of await blocks(channel)) channel.add(...each);
  const height = channel.ledger().height();
  channel.add(await ordinary(channel));
  const project = async (): Promise<string> => {
    const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
    const projector = await Projector.start({
      database,
      ledger: channel.ledger(),
      ledgerId: 'one',
      ...words,
    });
    await projector.waitFor(height + 1).catch(() => undefined);
    await projector.stop();
    expect([projector.failure, projector.height()]).toEqual([undefined, height + 1]);
    return contentDigest(database);
  };
  await clearReadModel(database);
  const digest = await project();
  await clearReadModel(database);
  expect(await project()).toBe(digest);

  const as = viewer('HOST', LANE);
  const { transactions } = await asking.data<{
    transactions: { edges: { node: Shown & { block: string } }[] };
  }>(as, `{ transactions(first: 100) { edges { node { block ${FIELDS} } } } }`);
  const nodes = transactions.edges.map(({ node }) => node);
  expect(nodes[0]).toMatchObject({ block: String(height), valid: true });
  return {
    list: nodes.slice(1).reverse(),
    byId: async (id) =>
      (
        await asking.data<{ transaction: Shown | null }>(
          as,
          `query($id: String!) { transaction(transactionId: $id) { ${FIELDS} } }`,
          { id },
        )
      ).transaction,
  };
}

const moment = momentAt(NOW / 1000, { nonce: 'same' });
const refused = (more: Partial<MadeEnvelope> = {}): Coded => [
  submitted(host, `[1,"${LANE}",[]]`, { moment, ...more }),
  REFUSED,
];

describe('of one id', () => {
  test('two that are not valid', async () => {
    const { list, byId } = await applied(async () => Promise.resolve([[refused(), refused()]]));
    expect(list.map(({ valid }) => valid)).toEqual([false, false]);
    expect(list[1].transactionId).toBe(list[0].transactionId);
    expect(await byId(list[0].transactionId)).toMatchObject({ valid: false });
  });

  test.each([
    ['behind', false],
    ['before', true],
  ])('one that is not valid %s the one that is, which is found', async (_, isFirst) => {
    const { list, byId } = await applied(async (channel) => {
      const valid = await channel.valid({ moment });
      return [isFirst ? [refused(), valid] : [valid, refused()]];
    });
    expect(list.map(({ valid }) => valid)).toEqual([!isFirst, isFirst]);
    expect(await byId(list[0].transactionId)).toMatchObject({ valid: true, leaf: '0' });
  });

  test('two that are not valid, in two blocks', async () => {
    const { list } = await applied(async () => Promise.resolve([[refused()], [refused()]]));
    expect(list).toHaveLength(2);
  });
});

describe('a time', () => {
  const LAST = '9999-12-31T23:59:59.999Z';
  test.each([
    ['of many years', 1e17, 0, LAST],
    ['of more than a database has', 9e18, 999_999_999, LAST],
    ['before 1970', -5, 0, '1970-01-01T00:00:00.000Z'],
    ['long before', -9e18, -2e9, '1970-01-01T00:00:00.000Z'],
    ['with more nanoseconds than a second has', NOW / 1000, 2_000_000_000, '2026-01-01T00:00:02.000Z'],
  ])('%s, of one that is not valid', async (_, seconds, nanos, time) => {
    const { list } = await applied(async () =>
      Promise.resolve([[refused({ moment: momentAt(seconds, { nanos }) })]]),
    );
    expect(list).toMatchObject([{ time, ledgerTime: time, valid: false }]);
  });

  test('of which the host of a lane says that it is in many years', async () => {
    const late = (channel: MadeChannel, nonce: string): Promise<Coded> =>
      channel.valid({ timeMs: 1e20, moment: momentAt(1e17, { nonce }) });
    const { list } = await applied(
      async (channel) => [[await late(channel, 'first')]],
      (channel) => late(channel, 'next'),
    );
    expect(list).toMatchObject([{ time: LAST, ledgerTime: LAST, valid: true }]);
  });
});

describe('a creator', () => {
  test.each(['', 'CHIEF', 'HOST\u0000', '\ud800', 'a b'])('in the role %j is not shown', async (role) => {
    const creator = await creatorOf(role);
    const { list } = await applied(async () =>
      Promise.resolve([[[submitted(creator, `[1,"${LANE}",[]]`, { moment }), REFUSED] as const]]),
    );
    expect(list).toEqual([]);
  });

  test('of an organisation with a name that no database holds is not shown', async () => {
    const creator = await creatorOf('HOST', 'Sun\u0000Co');
    const { list } = await applied(async () =>
      Promise.resolve([[[submitted(creator, `[1,"${LANE}",[]]`, { moment }), REFUSED] as const]]),
    );
    expect(list).toEqual([]);
  });

  test('that is no certificate is not shown', async () => {
    const { list } = await applied(async () =>
      Promise.resolve([[[submitted(Buffer.from('nobody'), `[1,"${LANE}",[]]`), REFUSED] as const]]),
    );
    expect(list).toEqual([]);
  });
});

test('what else may stand in an envelope is passed over', async () => {
  const batches = [
    '',
    '[1,"\\u0000",[]]',
    '[1,"\\ud800",[]]',
    `[1,"${'x'.repeat(99)}",[]]`,
    'null',
    '\u0000',
  ];
  const codes = [REFUSED, 11, 12, 21, 22, 254, 255, 1];
  const { list } = await applied(async () =>
    Promise.resolve([
      batches.flatMap((batch) => codes.map((code): Coded => [submitted(host, batch), code])),
      codes.map((code): Coded => [Buffer.from('garbage'), code]),
      [[new Uint8Array(0), REFUSED]],
    ]),
  );
  expect(list.filter(({ valid }) => valid)).toEqual([]);
});
