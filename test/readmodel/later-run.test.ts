/** A later run of an interval counts in place of the earlier one, which stays readable. */
import { expect, test } from '@jest/globals';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import type { CommittedBlock, Ledger } from '../../network/ledger.js';
import { decodeBatchEvent, encodeBatchEvent, type WireEvent } from '../../schema/batch-event.js';
import { marketOpen } from '../../schema/trade/market.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { Community } from '../scenarios/community.js';
import { host, START_MS } from '../scenarios/world.js';

const RUN = 4;

/** The ledger with one more block: the last one's settlement as the next run of its interval. */
function withNextRun(ledger: Ledger, last: CommittedBlock): Ledger {
  const number = last.number + 1;
  const transactions = last.transactions.map((transaction) => {
    const event = decodeBatchEvent(transaction.event);
    const events = event.events
      .filter(([, name]) => name === 'intervalSettled' || name === 'tradesMade')
      .map((wire) => wire.map((value, i) => (i === RUN ? 1 : value)) as unknown as WireEvent);
    return {
      ...transaction,
      ...{ block: number, transactionId: `${transaction.transactionId}-again` },
      event: encodeBatchEvent({ ...event, leaf: event.leaf + 1, events, accountPages: [] }),
    };
  });
  const headerHash = Buffer.alloc(32, 1);
  const next = { ...last, number, previousHash: last.headerHash, headerHash, transactions };
  return Object.assign(Object.create(ledger) as Ledger, {
    height: () => number + 1,
    async *blocks(from: number, signal?: AbortSignal) {
      for await (const block of ledger.blocks(from, signal)) {
        yield block;
        if (block.number === last.number) break;
      }
      yield next;
    },
  });
}

test('its positions and trades count, those of the run before do not', async () => {
  const at = await Community.setUp({ homes: 2 });
  await at.agree('CONTRACTED', 0, 1, 0.25, 400);
  await at.world.must(host, marketOpen, { market: at.market });
  await at.run(START_MS, [
    [0, 1000],
    [700, 0],
  ]);
  const { ledger } = at.world;
  let last: CommittedBlock | undefined;
  for await (const block of ledger.blocks(ledger.height() - 1)) {
    last = block;
    break;
  }
  const database = await Database.open();
  const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
  const projector = await Projector.start({
    ...{ database, ledgerId: 'one', ...words },
    ledger: withNextRun(ledger, last as CommittedBlock),
  });
  await projector.waitFor(ledger.height() + 1);
  await projector.stop();
  for (const table of ['position', 'trade'] as const) {
    const rows = await database.db.selectFrom(table).select(['run', 'counts']).orderBy('run').execute();
    const byRun = [0, 1].map((run) => rows.filter((row) => row.run === run));
    expect(byRun[0].length).toBeGreaterThan(1);
    expect(byRun[1]).toHaveLength(byRun[0].length);
    expect(byRun.map((list) => new Set(list.map(({ counts }) => counts)))).toEqual([
      new Set([false]),
      new Set([true]),
    ]);
  }
  await database.close();
  await at.world.close();
});
