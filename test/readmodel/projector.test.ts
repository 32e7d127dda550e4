import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../api/readmodel/database.js';
import { CheckpointMismatchError, ProjectionMismatchError } from '../../api/readmodel/errors.js';
import { Projector } from '../../api/readmodel/projector.js';
import { clearReadModel, contentDigest } from '../../api/readmodel/rebuild.js';
import type { CommittedBlock, Ledger } from '../../network/ledger.js';
import { decodeBatchEvent, encodeBatchEvent } from '../../schema/batch-event.js';
import type { Args } from '../../schema/command.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import {
  duesPay,
  holdCapture,
  holdPlace,
  seriesCeilingSet,
  sparkzTransfer,
} from '../../schema/trade/money.js';
import { PostgresServer, postgresPrograms, sayWithoutPostgres } from '../postgres-server.js';
import { Community } from '../scenarios/community.js';
import { host, participant, QUARTER, regulator, START_MS } from '../scenarios/world.js';

const start = (database: Database, ledger: Ledger, ledgerId = 'one'): Promise<Projector> =>
  Projector.start({ database, ledger, ledgerId, commands: TRADE_COMMANDS, events: TRADE_EVENTS });

/** A day's quarter of an hour and a bit of everything. */
async function live(at: Community): Promise<void> {
  await at.run(START_MS, [
    [0, 1000],
    [700, 0],
    [100, 200],
  ]);
  at.world.at(START_MS + 2 * QUARTER);
  await at.run(START_MS + QUARTER, [
    [0, 10],
    [2000, 0],
    [0, 0],
  ]);
  await at.revise(START_MS, [[0, 900]]);
  await at.mint(0, 5_000_000);
  await at.world.must(regulator, seriesCeilingSet, {
    ...{ unit: at.series, ceilingMicros: 7_000_000, reason: 'ruling 1' },
  } as Args<typeof seriesCeilingSet>);
  const me = participant(at.homes[0].participant);
  const [one, two] = at.homes;
  await at.world.give(me, sparkzTransfer, { from: one.wallet, to: two.wallet, amountMicros: 1_000 } as Args<
    typeof sparkzTransfer
  >);
  await at.world.give(me, sparkzTransfer, { from: one.wallet, to: two.wallet, amountMicros: 1e15 } as Args<
    typeof sparkzTransfer
  >);
  const { hold } = await at.world.must(me, holdPlace, {
    account: one.wallet,
    payee: two.wallet,
    amountMicros: 500,
    expiresAt: at.world.now + QUARTER,
    purpose: 'charging',
  } as Args<typeof holdPlace>);
  await at.world.must(participant(two.participant), holdCapture, { hold, amountMicros: 200 } as Args<
    typeof holdCapture
  >);
  await at.world.must(me, duesPay, {
    wallet: one.wallet,
    treasury: at.treasury,
    dues: one.dues,
    duesPayee: at.payees.retailer,
    amountMicros: 700,
  } as Args<typeof duesPay>);
}

describe('the projector', () => {
  let at: Community;
  let database: Database;
  beforeEach(async () => {
    at = await Community.setUp({ homes: 3, duesFloor: -100_000 });
    await at.agree('CONTRACTED', 0, 1, 0.25, 400);
    await at.world.must(host, (await import('../../schema/trade/market.js')).marketOpen, {
      market: at.market,
    });
    database = await Database.open();
  });
  afterEach(async () => {
    await database.close();
    await at.world.close();
  });

  test('derives every view from committed blocks', async () => {
    await live(at);
    const projector = await start(database, at.world.ledger);
    await projector.waitFor(at.world.ledger.height());
    const { db } = database;
    expect(projector.failure).toBeUndefined();
    const runs = await db.selectFrom('run').selectAll().orderBy('start').execute();
    expect(runs.map((r) => [Number(r.start), r.stale, r.members])).toEqual([
      [START_MS, true, 3],
      [START_MS + QUARTER, false, 3],
    ]);
    const [series] = await db.selectFrom('unit').select('ceiling').where('kind', '=', 'SPARKZ').execute();
    expect(series.ceiling).toBe('7000000');
    const trades = await db
      .selectFrom('trade')
      .select(['stage', 'quantity_wh', 'amount'])
      .where('start', '=', String(START_MS))
      .orderBy('stage')
      .orderBy('quantity_wh')
      .execute();
    expect(trades.filter((t) => t.stage === 'CONTRACTED')).toEqual([
      { stage: 'CONTRACTED', quantity_wh: '400', amount: '100000' },
    ]);
    const community = trades.filter((t) => t.stage === 'COMMUNITY');
    expect(community.length).toBeGreaterThan(1);
    const [position] = await db
      .selectFrom('position')
      .selectAll()
      .where('connection', '=', String(at.homes[0].connection))
      .where('start', '=', String(START_MS))
      .execute();
    const dues = await db
      .selectFrom('entry')
      .selectAll()
      .where('account', '=', String(at.homes[0].dues))
      .orderBy('sequence')
      .execute();
    expect(dues[0]).toMatchObject({
      amount: String(-Number(position.bill_micros)),
      sequence: '1',
      command: 'intervalSettle',
      interval_start: String(START_MS),
    });
    for (const number of [
      ...at.homes.flatMap((h) => [h.dues, h.receivable, h.wallet]),
      at.payees.retailer,
      at.treasury,
    ]) {
      const seen = await db
        .selectFrom('account')
        .select(['balance', 'held', 'postings'])
        .where('number', '=', String(number))
        .executeTakeFirstOrThrow();
      const { balance, held, postings } = await at.account(number);
      expect(seen).toEqual({ balance: String(balance), held: String(held), postings: String(postings) });
    }
    expect(await db.selectFrom('receivable').selectAll().execute()).not.toHaveLength(0);
    expect(await db.selectFrom('refusal').select('code').execute()).toEqual([{ code: 'INSUFFICIENT_FUNDS' }]);
    expect(
      await db
        .selectFrom('reading')
        .select('revision')
        .where('connection', '=', String(at.homes[0].connection))
        .where('start', '=', String(START_MS))
        .orderBy('revision')
        .execute(),
    ).toEqual([{ revision: 0 }, { revision: 1 }]);
    await projector.stop();
  });

  test('reaches the same content whether it takes many blocks at once or each as it comes, and after a rebuild', async () => {
    const along = await start(database, at.world.ledger);
    await live(at);
    await along.waitFor(at.world.ledger.height());
    const digest = await contentDigest(database);
    await along.stop();
    await clearReadModel(database);
    expect(await contentDigest(database)).not.toBe(digest);
    const again = await start(database, at.world.ledger);
    await again.waitFor(at.world.ledger.height());
    await again.stop();
    expect(await contentDigest(database)).toBe(digest);
  });

  test('goes on where it stopped, each block exactly once', async () => {
    const first = await start(database, at.world.ledger);
    await first.waitFor(at.world.ledger.height());
    await first.stop();
    await live(at);
    const second = await start(database, at.world.ledger);
    await second.waitFor(at.world.ledger.height());
    await second.stop();
    const digest = await contentDigest(database);
    const fresh = await Database.open();
    const third = await start(fresh, at.world.ledger);
    await third.waitFor(at.world.ledger.height());
    expect(await contentDigest(fresh)).toBe(digest);
    await third.stop();
    await fresh.close();
  });

  test('stops where what it derives is not what the ledger committed', async () => {
    await live(at);
    const tampered: Ledger = Object.create(at.world.ledger) as Ledger;
    tampered.height = () => at.world.ledger.height();
    tampered.blocks = async function* (from, signal): AsyncGenerator<CommittedBlock> {
      for await (const block of at.world.ledger.blocks(from, signal)) {
        yield {
          ...block,
          transactions: block.transactions.map((t) => ({ ...t, event: withOtherAmount(t.event) })),
        };
      }
    };
    const projector = await start(database, tampered);
    await expect(projector.waitFor(at.world.ledger.height())).rejects.toMatchObject({
      code: 'HEIGHT_NOT_REACHED',
    });
    expect(projector.failure).toBeInstanceOf(ProjectionMismatchError);
    await projector.stop();
  });

  test('refuses the read model of another ledger, and one that is ahead', async () => {
    const projector = await start(database, at.world.ledger);
    await projector.waitFor(at.world.ledger.height());
    await projector.stop();
    await expect(start(database, at.world.ledger, 'two')).rejects.toThrow(CheckpointMismatchError);
    const shorter: Ledger = Object.create(at.world.ledger) as Ledger;
    shorter.height = () => 1;
    await expect(start(database, shorter)).rejects.toThrow('more blocks than the ledger');
  });

  test('a reader that waits for a height is told when it does not come', async () => {
    const projector = await start(database, at.world.ledger);
    const never = projector.waitFor(10_000);
    const ended = expect(never).rejects.toMatchObject({ code: 'HEIGHT_NOT_REACHED' });
    await projector.stop();
    await ended;
  });

  test('keeps its content in a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gridbook-readmodel-'));
    const kept = await Database.open({ directory: join(folder, 'readmodel') });
    const projector = await start(kept, at.world.ledger);
    await projector.waitFor(at.world.ledger.height());
    await projector.stop();
    const digest = await contentDigest(kept);
    await kept.close();
    const reopened = await Database.open({ directory: join(folder, 'readmodel') });
    expect(await contentDigest(reopened)).toBe(digest);
    await reopened.close();
    rmSync(folder, { recursive: true });
  });
});

/** Adds one micro to the first amount of a `posted` event. */
function withOtherAmount(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const event = decodeBatchEvent(bytes);
  const events = event.events.map((e) =>
    e[1] === 'posted' && Array.isArray(e[4])
      ? [...e.slice(0, 4), (e[4] as number[]).map((a, i) => (i === 0 ? a + 1 : a))]
      : e,
  );
  return encodeBatchEvent({ ...event, events: events as unknown as typeof event.events });
}

sayWithoutPostgres();
const withServer = postgresPrograms() ? describe : describe.skip;
withServer('on a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  test('the read model has the same content as the embedded one', async () => {
    const at = await Community.open({ homes: 3 });
    await live(at);
    const digests: string[] = [];
    for (const databaseUrl of [undefined, await server.database('readmodel')]) {
      const database = await Database.open(databaseUrl === undefined ? {} : { databaseUrl });
      const projector = await start(database, at.world.ledger);
      await projector.waitFor(at.world.ledger.height());
      await projector.stop();
      digests.push(await contentDigest(database));
      await database.close();
    }
    expect(digests[1]).toBe(digests[0]);
    await at.world.close();
  });
});
