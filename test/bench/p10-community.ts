/** P10, P11: 45 days of a community from its files to statements in GraphQL; and the projector by itself. */
import { BENCHMARKS } from '../../api/main/benchmarks.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphql } from 'graphql';
import { gridbookSchema } from '../../api/schema/build.js';
import { Loaders } from '../../api/loaders.js';
import { Lanes } from '../../api/lanes/lanes.js';
import { encodeNodeId } from '../../api/node-id.js';
import { runIntervals } from '../../api/demo/run.js';
import { setUpCommunity } from '../../api/demo/set-up.js';
import { writeCommunity } from '../../api/demo/generate.js';
import { readCommunity } from '../../api/metering/community.js';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import { openGridbookLedger, type EmbeddedLedger } from '../../network/embedded/index.js';
import { decodeBatchEvent } from '../../schema/batch-event.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { readBatch } from '../../schema/read-batch.js';
import { testData } from '../data.js';
import { cpuSeconds, figure, timed, type Bench } from './measure.js';

const WORDS = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };

/** Rows of tables, events without a table, and commands that need no event: what the projector turns into rows. */
async function domainEvents(ledger: EmbeddedLedger): Promise<number> {
  const shapes = new Map(TRADE_COMMANDS.map((c) => [c.name, c]));
  let count = 0;
  let block = 0;
  for await (const { transactions } of ledger.blocks(0)) {
    for (const { args, event } of transactions) {
      for (const segment of readBatch(args, shapes).segments) {
        const { shape } = segment;
        const column = segment.columns[Object.keys(shape?.fields ?? {}).length];
        if (shape?.rows) count += (column as unknown[][]).reduce((sum, rows) => sum + rows.length, 0);
      }
      for (const [, name, ...values] of decodeBatchEvent(event).events) {
        const shape = TRADE_EVENTS.find((e) => e.name === name);
        count += shape?.rows ? (values[Object.keys(shape.fields).length] as number) : 1;
      }
    }
    if (++block === ledger.height()) break;
  }
  return count;
}

async function source(folder: string): Promise<{ path: string; timeZone: string }> {
  const real = testData('community-15min');
  if (real) return { path: real, timeZone: 'Europe/Berlin' };
  const path = join(folder, 'community');
  await writeCommunity(path, {
    seed: 1,
    from: Date.UTC(2025, 0, 1),
    intervals: 4_316,
    intervalSeconds: 900,
    homes: 16,
    latitude: -31.95,
    longitude: 115.86,
    offsetSeconds: 28_800,
  });
  return { path, timeZone: 'Australia/Perth' };
}

export const community: Bench = {
  id: 'P10',
  what: BENCHMARKS.P10.what,
  async run(report) {
    const folder = mkdtempSync(join(tmpdir(), 'gridbook-bench-'));
    const { path, timeZone } = await source(folder);
    const ledger = await openGridbookLedger({ directory: folder });
    const database = await Database.open({ directory: join(folder, 'readmodel') });
    const schema = await gridbookSchema();
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
    const cpu = cpuSeconds();
    const began = performance.now();

    const data = await readCommunity(path);
    const projector = await Projector.start({ database, ledger, ledgerId: ledger.ledgerId, ...WORDS });
    const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
    const made = await setUpCommunity(lanes, {
      currency: 'EUR',
      timeZone,
      intervalSeconds: data.intervalSeconds,
      from: data.start[0],
      homes: data.homes,
    });
    await runIntervals({ lanes, community: made, data });
    await projector.waitFor(ledger.height());
    const viewer = { subject: 'bench', organisation: made.lane, role: 'HOST' } as const;
    for (const participant of made.participants) {
      const { errors } = await graphql({
        schema,
        source:
          'query($p: ID!, $from: Instant!, $to: Instant!) { statement(participant: $p, from: $from, to: $to) { billMicros lines { lineId amountMicros } } }',
        variableValues: {
          p: encodeNodeId('Participant', made.lane, participant),
          from: new Date(data.start[0]).toISOString(),
          to: new Date((data.start.at(-1) as number) + 900_000).toISOString(),
        },
        contextValue: {
          ledger,
          database,
          projector,
          lanes,
          viewer,
          requestId: 'bench',
          loaders: new Loaders(database, viewer),
        },
      });
      if (errors) throw errors[0];
    }

    const used = cpuSeconds() - cpu;
    const seconds = (performance.now() - began) / 1000;
    clearInterval(watch);
    const readings = data.start.length * data.homes.length;
    report({
      id: 'P10',
      readingsPerSecond: figure(readings / used),
      readings,
      cpuSeconds: figure(used),
      seconds: figure(seconds),
      memoryMB: figure((peak - before) / 1e6),
      unit: 'readings per CPU-second',
    });
    await lanes.close();
    await projector.stop();

    const events = await domainEvents(ledger);
    const fresh = await Database.open({ directory: join(folder, 'again') });
    let again: Projector | undefined;
    const ms = await timed(async () => {
      again = await Projector.start({ database: fresh, ledger, ledgerId: ledger.ledgerId, ...WORDS });
      await again.waitFor(ledger.height());
    });
    report({
      id: 'P11',
      eventsPerSecond: figure((events * 1000) / ms),
      events,
      seconds: figure(ms / 1000),
      unit: 'events/s',
    });
    await again?.stop();
    await fresh.close();
    await database.close();
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  },
};
