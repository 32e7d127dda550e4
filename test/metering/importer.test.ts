/** Meter files on their way to the ledger: recorded once, revised where they differ, refused reading by reading. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ORGANISATIONS } from '../../api/demo/rules.js';
import { setUpCommunity, type DemoCommunity } from '../../api/demo/set-up.js';
import { importReadings, type ImportSummary } from '../../api/metering/importer.js';
import { readLongCsv } from '../../api/metering/long-csv.js';
import { readNem12 } from '../../api/metering/nem12.js';
import type { MeterFile } from '../../api/metering/readings.js';
import { keyFromUuid } from '../../schema/ids.js';
import { intervalSettle } from '../../schema/trade/metering.js';
import { v7 } from 'uuid';
import { bytes, day as dayOfJune, LONG, nem12, register, same } from './files.js';
import { LivingLedger } from './living-ledger.js';

const DAY_MS = 86_400_000;
const METERS = ['NMI1', 'm2', 'm3'];
/** The 1st of June 2025 begins in the Australian market: 2025-05-31T14:00:00Z. */
const FIRST_DAY = Date.UTC(2025, 4, 31, 14);
/** Each test has a day of its own. */
let today = FIRST_DAY;
const at = (minutes: number): string => new Date(today + minutes * 60_000).toISOString();

let place: LivingLedger;
let community: DemoCommunity;

async function openWith(meters: readonly string[]): Promise<void> {
  place = await LivingLedger.open();
  community = await setUpCommunity(place.lanes, {
    ...{ currency: 'AUD', timeZone: 'Australia/Brisbane', intervalSeconds: 900, from: FIRST_DAY },
    homes: meters.map((id) => ({ id, peakLoadW: 4_000, pvPeakW: 8_000 })),
  });
  await place.level();
}

beforeAll(() => openWith(METERS));
beforeEach(() => void (today += DAY_MS));
afterAll(() => place.close());

const long = (...lines: string[]): MeterFile => readLongCsv(bytes([LONG, ...lines].join('\n')));

async function bring(file: MeterFile, reason = 'later file'): Promise<ImportSummary> {
  const summary = await importReadings(file, {
    ...{ lanes: place.lanes, database: place.database, lane: community.lane, reason },
    identity: ORGANISATIONS.provider,
  });
  await place.level();
  return summary;
}

/** Figures of a summary that are not nought. */
const counts = ({ examples: _, refusedByCode, ...summary }: ImportSummary): object => ({
  ...Object.fromEntries(Object.entries(summary).filter(([, count]) => count !== 0)),
  ...refusedByCode,
});

/** The latest readings of a meter in the test's day: minutes of the day, import, export, quality, revision. */
async function readingsOf(meter: string): Promise<unknown[][]> {
  const rows = await place.database.db
    .selectFrom('reading')
    .selectAll()
    .distinctOn('start')
    .where('connection', '=', String(community.connections[METERS.indexOf(meter)]))
    .where('start', '>=', String(today))
    .where('start', '<', String(today + DAY_MS))
    .orderBy('start')
    .orderBy('revision', 'desc')
    .execute();
  return rows.map((r) => [
    ...[(Number(r.start) - today) / 60_000, Number(r.import_wh), Number(r.export_wh)],
    ...[r.quality, r.revision],
  ]);
}

describe('a meter file', () => {
  const first = (): MeterFile =>
    long(
      ...METERS.flatMap((meter, i) => [
        `${meter},${at(0)},900,${i * 100},0,ACTUAL`,
        `${meter},${at(15)},900,0,${i * 100},ESTIMATED`,
      ]),
    );

  test('is recorded, a command an interval; the same file again changes nothing', async () => {
    const height = place.ledger.height();
    expect(counts(await bring(first()))).toEqual({ read: 6, recorded: 6 });
    expect(await readingsOf('m3')).toEqual([
      [0, 200, 0, 'ACTUAL', 0],
      [15, 0, 200, 'ESTIMATED', 0],
    ]);
    const after = place.ledger.height();
    const block = await place.database.db
      .selectFrom('transaction')
      .select('commands')
      .where('block', '>=', String(height))
      .execute();
    expect(block.map((t) => t.commands)).toEqual([2]);
    const digest = await place.ledger.stateDigest();
    expect(counts(await bring(first()))).toEqual({ read: 6, unchanged: 6 });
    expect([place.ledger.height(), await place.ledger.stateDigest()]).toEqual([after, digest]);
  });

  test('that differs revises what differs, and settled runs become stale', async () => {
    await bring(first());
    const settled = await place.lanes.submit({
      lane: community.lane,
      identity: ORGANISATIONS.host,
      command: {
        ...{ shape: intervalSettle, key: keyFromUuid(v7()), actor: 0 },
        args: { market: community.market, start: today },
      },
    });
    expect(settled.refusal).toBeUndefined();
    const later = long(`m2,${at(0)},900,101,0,ACTUAL`, `m3,${at(0)},900,200,0,ACTUAL`);
    expect(counts(await bring(later))).toEqual({ read: 2, revised: 1, unchanged: 1 });
    expect((await readingsOf('m2'))[0]).toEqual([0, 101, 0, 'ACTUAL', 1]);
    const runs = await place.database.db
      .selectFrom('run')
      .select('stale')
      .where('start', '=', String(today))
      .execute();
    expect(runs).toEqual([{ stale: true }]);
    // A third file goes on from the second, not from the first.
    expect(counts(await bring(first()))).toEqual({ read: 6, revised: 1, unchanged: 5 });
    expect((await readingsOf('m2'))[0]).toEqual([0, 100, 0, 'ACTUAL', 2]);
  });

  test('names its digest as the source of each reading', async () => {
    const file = first();
    await bring(file);
    const sources = await place.database.db
      .selectFrom('reading')
      .select('source')
      .distinct()
      .where('start', '>=', String(today))
      .execute();
    expect(sources).toEqual([{ source: file.source }]);
  });
});

describe('intervals of another length than the network’s', () => {
  test('shorter ones are summed, the worst quality counts; what is not covered is refused', async () => {
    const five = (minute: number, wh: number, quality = 'ACTUAL'): string =>
      `m2,${at(minute)},300,${wh},${wh * 10},${quality}`;
    const file = long(five(0, 1), five(5, 2, 'ESTIMATED'), five(10, 3), five(15, 4), five(25, 5));
    expect(counts(await bring(file))).toEqual({ read: 2, recorded: 1, refused: 1, INTERVAL_NOT_COVERED: 1 });
    expect(await readingsOf('m2')).toEqual([[0, 6, 60, 'ESTIMATED', 0]]);
  });

  test('longer ones are split evenly to the last Wh and are substituted', async () => {
    const file = long(`m2,${at(0)},3600,10,3,ACTUAL`, `m3,${at(0)},1800,5,0,ESTIMATED`);
    expect(counts(await bring(file))).toEqual({ read: 6, recorded: 6 });
    const split = await readingsOf('m2');
    expect(split.map(([minute, , , quality]) => [minute, quality])).toEqual(
      [0, 15, 30, 45].map((minute) => [minute, 'SUBSTITUTED']),
    );
    for (const [column, sum] of [
      [1, 10],
      [2, 3],
    ]) {
      const parts = split.map((row) => row[column] as number);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(sum);
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
    }
    expect((await readingsOf('m3')).map((row) => row[3])).toEqual(['ESTIMATED', 'ESTIMATED']);
    expect(counts(await bring(file))).toEqual({ read: 6, unchanged: 6 });
  });
});

describe('readings that the ledger refuses', () => {
  test('are told one by one, and hold up no other', async () => {
    const tooMuch = 1_000_000;
    const summary = await bring(
      long(
        `NMI1,${at(0)},900,7,0,ACTUAL`,
        `m2,${at(0)},900,${tooMuch},0,ACTUAL`,
        `m3,${at(0)},900,9,0,ACTUAL`,
        `stranger,${at(0)},900,1,0,ACTUAL`,
        `stranger,${at(15)},900,1,0,ACTUAL`,
        `m3,2025-05-31T13:45:00Z,900,1,0,ACTUAL`,
        `m3,2099-01-01T00:00:00Z,900,1,0,ACTUAL`,
      ),
    );
    expect(counts(summary)).toEqual({
      ...{ read: 7, recorded: 2, refused: 5 },
      ...{ UNKNOWN_METER: 2, OVER_CAPACITY: 1, CONNECTION_NOT_IN_FORCE: 1, INTERVAL_NOT_OVER: 1 },
    });
    expect(summary.examples).toContainEqual({ meter: 'm2', start: today, code: 'OVER_CAPACITY' });
    expect(summary.examples).toContainEqual({ meter: 'stranger', start: today, code: 'UNKNOWN_METER' });
    expect(await readingsOf('NMI1')).toEqual([[0, 7, 0, 'ACTUAL', 0]]);
    expect(await readingsOf('m2')).toEqual([]);
  });

  test('from another provider than the one appointed are told so, and the ledger is not asked', async () => {
    const identity = { organisation: 'Elsewhere', role: 'METERING_DATA_PROVIDER' };
    const height = place.ledger.height();
    const file = long(`m2,${at(0)},900,1,0,ACTUAL`, `m3,${at(0)},900,1,0,ACTUAL`);
    const summary = await importReadings(file, {
      ...{ lanes: place.lanes, database: place.database, lane: community.lane, reason: 'none', identity },
    });
    expect(counts(summary)).toEqual({ read: 2, refused: 2, OTHER_PROVIDER: 2 });
    expect(place.ledger.height()).toBe(height);
  });
});

describe('a reading that is missing', () => {
  test('is recorded as such, gives way to a figure, and never takes a figure’s place', async () => {
    const missing = long(`m2,${at(0)},900,5,0,MISSING`);
    expect(counts(await bring(missing))).toEqual({ read: 1, recorded: 1, recordedMissing: 1 });
    expect(counts(await bring(missing))).toEqual({ read: 1, unchanged: 1 });
    expect(await readingsOf('m2')).toEqual([[0, 0, 0, 'MISSING', 0]]);
    expect(counts(await bring(long(`m2,${at(0)},900,5,0,ACTUAL`)))).toEqual({ read: 1, revised: 1 });
    expect(counts(await bring(missing))).toEqual({ read: 1, missing: 1 });
    expect(await readingsOf('m2')).toEqual([[0, 5, 0, 'ACTUAL', 1]]);
  });
});

describe('a NEM12 file', () => {
  const of = { minutes: 15, all: 'B1E1' };
  /** A record 300 of the test's day. */
  const day = (kWh: string): string =>
    dayOfJune(same(kWh, 96)).replace(
      '20250601',
      new Date(today + DAY_MS / 2).toISOString().slice(0, 10).replaceAll('-', ''),
    );
  const both = (): MeterFile =>
    readNem12(nem12(register('B1', of), day('0.2'), register('E1', of), day('0.1')));
  const importAlone = (kWh = '0.1'): MeterFile => readNem12(nem12(register('E1', of), day(kWh)));

  test('fills a day of the market’s time', async () => {
    expect(counts(await bring(both()))).toEqual({ read: 96, recorded: 96 });
    const rows = await readingsOf('NMI1');
    expect([rows[0], rows[95]]).toEqual([
      [0, 100, 200, 'ACTUAL', 0],
      [1425, 100, 200, 'ACTUAL', 0],
    ]);
  });

  test('without one of the meter’s registers is a substitute at best', async () => {
    expect(counts(await bring(importAlone()))).toEqual({ read: 96, recorded: 96, incomplete: 96 });
    expect((await readingsOf('NMI1'))[0]).toEqual([0, 100, 0, 'SUBSTITUTED', 0]);
    expect(counts(await bring(importAlone()))).toEqual({ read: 96, unchanged: 96 });
    expect(counts(await bring(both()))).toEqual({ read: 96, revised: 96 });
    expect((await readingsOf('NMI1'))[0]).toEqual([0, 100, 200, 'ACTUAL', 1]);
  });

  test('without one of the meter’s registers leaves that figure as the ledger has it', async () => {
    await bring(both());
    expect(counts(await bring(importAlone()))).toEqual({ read: 96, unchanged: 96 });
    expect(counts(await bring(importAlone('0.3')))).toEqual({ read: 96, revised: 96, incomplete: 96 });
    expect((await readingsOf('NMI1'))[0]).toEqual([0, 300, 200, 'ACTUAL', 1]);
  });
});

describe('a network of many meters', () => {
  test('has its interval in several commands, and progress is told', async () => {
    await place.close();
    const meters = Array.from({ length: 1_200 }, (_, i) => `meter-${i}`);
    await openWith(meters);
    const progress: [number, number][] = [];
    const summary = await importReadings(
      long(...meters.map((m, i) => `${m},${at(0)},900,${i % 900},0,ACTUAL`)),
      {
        ...{ lanes: place.lanes, database: place.database, lane: community.lane, reason: 'none' },
        ...{ identity: ORGANISATIONS.provider, progress: (...of) => progress.push(of) },
      },
    );
    expect(counts(summary)).toEqual({ read: 1_200, recorded: 1_200 });
    expect(progress).toEqual([[2, 2]]);
    await place.level();
    const { sum } = await place.database.db
      .selectFrom('reading')
      .select((e) => e.fn.sum<string>('import_wh').as('sum'))
      .executeTakeFirstOrThrow();
    expect(Number(sum)).toBe(meters.reduce((total, _, i) => total + (i % 900), 0));
  });
});
