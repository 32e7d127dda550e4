/** The demonstration: a community is made, set up, read and settled; what comes out is checked figure by figure. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { generateCommunity, writeCommunity, type GeneratorOptions } from '../../api/demo/generate.js';
import { PREFERENCE } from '../../api/demo/rules.js';
import { runIntervals } from '../../api/demo/run.js';
import { setUpCommunity, type DemoCommunity } from '../../api/demo/set-up.js';
import { readCommunity, type CommunityData } from '../../api/metering/community.js';
import { testData } from '../data.js';
import { LivingLedger } from './living-ledger.js';

const OPTIONS: GeneratorOptions = {
  ...{ seed: 7, from: Date.UTC(2025, 5, 1, 16), intervals: 96, intervalSeconds: 900, homes: 16 },
  ...{ latitude: -31.95, longitude: 115.86, offsetSeconds: 28_800 },
};

/** Cells of a generated file, without its header. */
const cellsOf = (options: GeneratorOptions, name: string): string[][] =>
  generateCommunity(options)
    [name].trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

describe('the generated community', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(generateCommunity(OPTIONS)).toEqual(generateCommunity(OPTIONS));
    expect(generateCommunity({ ...OPTIONS, seed: 8 })).not.toEqual(generateCommunity(OPTIONS));
  });

  test('has sun by day and none by night, most of it around noon', () => {
    for (const column of [1, 2]) {
      const power = cellsOf(OPTIONS, 'pv-per-unit.csv').map((cells) => Number(cells[column]));
      // The day begins at local midnight; in June the sun of Perth is up from about 7:15 to 17:20.
      expect(Math.max(...power.slice(0, 28), ...power.slice(70))).toBe(0);
      expect(Math.max(...power)).toBeGreaterThan(0.2);
      expect(Math.max(...power)).toBeLessThanOrEqual(1);
      const sum = (from: number, to: number): number => power.slice(from, to).reduce((a, b) => a + b, 0);
      expect(sum(40, 58)).toBeGreaterThan(sum(0, 40) + sum(58, 96));
    }
  });

  test('has more sun in summer than in winter', () => {
    const total = (from: number): number =>
      cellsOf({ ...OPTIONS, from }, 'pv-per-unit.csv').reduce((sum, cells) => sum + Number(cells[1]), 0);
    expect(total(Date.UTC(2025, 11, 20, 16))).toBeGreaterThan(1.5 * total(Date.UTC(2025, 5, 20, 16)));
  });

  test('has loads and plants of the size of homes', () => {
    const loads = cellsOf({ ...OPTIONS, intervals: 96 * 7 }, 'loads-watts.csv').flatMap((cells) =>
      cells.slice(1).map(Number),
    );
    expect(loads).toHaveLength(96 * 7 * 16);
    expect(Math.min(...loads)).toBeGreaterThanOrEqual(150);
    expect(Math.max(...loads)).toBeLessThanOrEqual(5_000);
    const peaks = cellsOf(OPTIONS, 'members.csv').map((cells) => Number(cells[2]));
    expect(peaks.filter((peak) => peak > 0)).toHaveLength(9);
    expect(peaks.every((peak) => peak === 0 || (peak >= 2_000 && peak <= 6_000))).toBe(true);
  });
});

/** Lives through a community's first intervals, then checks every position of them. */
function settles(name: string, make: (place: LivingLedger) => Promise<CommunityData>): void {
  describe(name, () => {
    const INTERVALS = 96;
    let place: LivingLedger;
    let data: CommunityData;
    let community: DemoCommunity;
    const progress: number[] = [];

    beforeAll(async () => {
      place = await LivingLedger.open();
      data = await make(place);
      community = await setUpCommunity(place.lanes, {
        ...{ currency: 'EUR', timeZone: 'Europe/Berlin', intervalSeconds: data.intervalSeconds },
        ...{ from: data.start[0], homes: data.homes },
      });
      await runIntervals({
        ...{ lanes: place.lanes, community, data, to: INTERVALS },
        progress: (settled) => progress.push(settled),
      });
      await place.level();
    });
    afterAll(() => place.close());

    const positions = () => place.database.db.selectFrom('position').selectAll().orderBy('start').execute();

    test('each interval is settled once, as backfill', async () => {
      const runs = await place.database.db.selectFrom('run').selectAll().orderBy('start').execute();
      expect(runs.map((r) => Number(r.start))).toEqual(data.start.slice(0, INTERVALS));
      expect(runs.every((r) => r.backfill && !r.stale && r.run === 0 && r.members === 16)).toBe(true);
      expect(progress.at(-1)).toBe(INTERVALS);
    });

    test('what is settled is what was measured, and each Wh is in one stage', async () => {
      const rows = await positions();
      expect(rows).toHaveLength(INTERVALS * 16);
      const homeOf = new Map(community.connections.map((connection, i) => [connection, data.homes[i]]));
      const slot = new Map(data.start.map((start, t) => [start, t]));
      for (const row of rows) {
        const home = homeOf.get(Number(row.connection));
        const t = slot.get(Number(row.start)) as number;
        const [own, sold, bought] = [
          [Number(row.import_wh), Number(row.export_wh)],
          Number(row.contracted_sold_wh) + Number(row.nominated_sold_wh) + Number(row.community_sold_wh),
          Number(row.contracted_bought_wh) +
            Number(row.nominated_bought_wh) +
            Number(row.community_bought_wh),
        ];
        if (own[0] !== home?.importWh[t] || own[1] !== home.exportWh[t] || bought > own[0] || sold > own[1]) {
          throw new Error(`position of ${home?.id} at ${row.start}`);
        }
      }
    });

    test('all is traded that two members both gain from: the lesser of export and import', async () => {
      const rows = await positions();
      const byStart = new Map<string, number[]>();
      for (const row of rows) {
        const sums = byStart.get(row.start) ?? [0, 0, 0, 0, 0, 0, 0, 0];
        const figures = [
          ...[row.import_wh, row.export_wh, row.contracted_bought_wh, row.contracted_sold_wh],
          ...[row.nominated_bought_wh, row.nominated_sold_wh, row.community_bought_wh, row.community_sold_wh],
        ];
        byStart.set(
          row.start,
          sums.map((sum, i) => sum + Number(figures[i])),
        );
      }
      const stages = [0, 0, 0];
      for (const [imported, exported, ...traded] of byStart.values()) {
        const [contracted, contractedSold, nominated, nominatedSold, shared, sharedSold] = traded;
        expect([contractedSold, nominatedSold, sharedSold]).toEqual([contracted, nominated, shared]);
        expect(contracted + nominated + shared).toBe(Math.min(imported, exported));
        [contracted, nominated, shared].forEach((wh, i) => (stages[i] += wh));
      }
      expect(stages.every((wh) => wh > 0)).toBe(true);
    });

    test('the uniform price lies between what sellers want and buyers give', async () => {
      const runs = await place.database.db.selectFrom('run').select('price').execute();
      const prices = runs.flatMap(({ price }) => (price === null ? [] : [Number(price)]));
      expect(prices.length).toBeGreaterThan(0);
      expect(Math.min(...prices)).toBeGreaterThanOrEqual(PREFERENCE.minSellMicrosPerMWh);
      expect(Math.max(...prices)).toBeLessThanOrEqual(PREFERENCE.maxBuyMicrosPerMWh);
    });

    test('one nomination is a gift: energy at no price', async () => {
      const gifts = await place.database.db
        .selectFrom('trade')
        .selectAll()
        .where('price', '=', '0')
        .execute();
      expect(gifts.length).toBeGreaterThan(0);
      expect(gifts.every((t) => t.stage === 'NOMINATED' && t.amount === '0')).toBe(true);
    });

    test('money is conserved in each unit, and the community pays less than with the retailer alone', async () => {
      const accounts = await place.database.db
        .selectFrom('account')
        .select((e) => ['unit', e.fn.sum<string>('balance').as('sum')])
        .groupBy('unit')
        .execute();
      expect(accounts.map(({ sum }) => Number(sum))).toEqual([0, 0]);
      const rows = await positions();
      const total = (column: 'bill_micros' | 'retail_only_micros'): number =>
        rows.reduce((sum, row) => sum + Number(row[column]), 0);
      expect(total('bill_micros')).toBeLessThan(total('retail_only_micros'));
    });
  });
}

settles('a day of the generated community', async (place) => {
  const folder = join(place.folder, 'community');
  await writeCommunity(folder, OPTIONS);
  return readCommunity(folder);
});

const real = testData('community-15min');
if (real) settles('the first day of real homes', () => readCommunity(real));
