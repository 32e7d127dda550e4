/** Readings on a network's grid. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { onGrid } from '../../api/metering/grid.js';
import { readLongCsv } from '../../api/metering/long-csv.js';
import { ReadingTable } from '../../api/metering/readings.js';
import { bytes, LONG, T0 } from './files.js';

const LENGTHS = [300, 900, 1800, 3600];

describe('a network’s grid', () => {
  const table = (...lines: string[]): ReadingTable =>
    readLongCsv(bytes([LONG, ...lines].join('\n'))).readings;

  test('shorter intervals are summed; one that is not covered says so; the worst quality counts', () => {
    const readings = table(
      'm,2025-06-01T00:00:00Z,300,1,0,ACTUAL',
      'm,2025-06-01T00:05:00Z,300,2,0,ESTIMATED',
      'm,2025-06-01T00:10:00Z,300,3,1,ACTUAL',
      'm,2025-06-01T00:15:00Z,300,9,0,ACTUAL',
    );
    expect(onGrid(readings, 'm', 900)).toEqual([
      { start: T0, importWh: 6, exportWh: 1, quality: 2, isCovered: true },
      { start: T0 + 900_000, importWh: 9, exportWh: 0, quality: 0, isCovered: false },
    ]);
  });

  test('one missing part makes the whole missing', () => {
    const readings = table('m,2025-06-01T00:00:00Z,900,1,0,ACTUAL', 'm,2025-06-01T00:15:00Z,900,0,0,MISSING');
    expect(onGrid(readings, 'm', 1800)[0].quality).toBe(3);
  });

  test('a longer missing interval stays missing in each of its parts', () => {
    const parts = onGrid(table('m,2025-06-01T00:00:00Z,3600,0,0,MISSING'), 'm', 900);
    expect(parts.map((p) => p.quality)).toEqual([3, 3, 3, 3]);
  });

  test('energy is kept to the last Wh, however intervals are summed or split; parts differ by a Wh at most', () => {
    const figures = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)), {
      minLength: 12,
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.constantFrom(...LENGTHS), fc.constantFrom(...LENGTHS), figures, (from, to, list) => {
        const readings = new ReadingTable();
        const meter = readings.meterIndex('m');
        list.forEach(([i, e], n) => readings.add(meter, T0 + n * from * 1000, from, i, e, 0));
        const parts = onGrid(readings, 'm', to);
        const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0);
        expect(sum(parts.map((p) => p.importWh))).toBe(sum(list.map(([i]) => i)));
        expect(sum(parts.map((p) => p.exportWh))).toBe(sum(list.map(([, e]) => e)));
        if (to >= from) return;
        const share = from / to;
        list.forEach(([whole], n) => {
          const own = parts.slice(n * share, (n + 1) * share);
          for (const p of own) expect(Math.abs(p.importWh * share - whole)).toBeLessThan(share);
          expect(own.map((p) => p.quality)).toEqual(own.map(() => 1));
        });
      }),
      { numRuns: 100 },
    );
  });
});
