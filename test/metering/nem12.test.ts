/** NEM12: the interval file of the Australian market, each file of the test data against a second reader. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isZip, unzip } from '../../api/metering/archive.js';
import { MeterFileError } from '../../api/metering/errors.js';
import { readNem12 } from '../../api/metering/nem12.js';
import { testData } from '../data.js';
import { bytes, day, nem12, register, rowsOf, same } from './files.js';
import { independentDays, PICO_PER_WH, wholeWh, type RegisterDay } from './nem12-independent.js';

/** The 1st of June 2025 begins in market time. */
const MIDNIGHT = Date.UTC(2025, 4, 31, 14);

describe('NEM12', () => {
  test('days begin at midnight of market time, UTC+10, all year', () => {
    const winter = rowsOf(readNem12(nem12(register('E1'), day(same('1')))));
    expect([winter[0][1], winter[47][1]]).toEqual([MIDNIGHT, MIDNIGHT + 47 * 1_800_000]);
    const summer = rowsOf(readNem12(nem12(register('E1'), day(same('1')).replace('20250601', '20250115'))));
    expect(summer[0][1]).toBe(Date.UTC(2025, 0, 14, 14));
  });

  test('parts of a Wh are carried through the day, so that its total is off by half a Wh at most', () => {
    const value = fc.tuple(fc.nat(99), fc.nat(9999)).map(([w, f]) => `${w}.${String(f).padStart(4, '0')}`);
    fc.assert(
      fc.property(fc.array(value, { minLength: 48, maxLength: 48 }), (values) => {
        const rows = rowsOf(readNem12(nem12(register('E1'), day(values.join()))));
        let [exact, given] = [0n, 0n];
        rows.forEach(([, , , importWh], i) => {
          exact += BigInt(values[i].replace('.', ''));
          given += BigInt(importWh);
          // In tenths of a Wh; true of each part of the day from its start on.
          expect(given * 10n - exact <= 5n && exact - given * 10n <= 5n).toBe(true);
        });
      }),
      { numRuns: 100 },
    );
  });

  test('E registers are summed as import, B registers as export, others are counted and passed over', () => {
    const file = readNem12(
      nem12(
        ...[register('E1'), day(same('1')), register('E2'), day(same('0.5'))],
        ...[
          register('B1', { unit: 'Wh' }),
          day(same('250')),
          register('B2', { unit: 'mWh' }),
          day(same('.001')),
        ],
        ...[register('Q1', { unit: 'kVArh' }), day(same('9')), '400,1,48,A,,', '500,S,RO,20250601,1'],
      ),
    );
    expect(rowsOf(file)[5]).toEqual(['NMI1', MIDNIGHT + 5 * 1_800_000, 1800, 1500, 1250, 0]);
    expect(file.passedOver).toEqual({
      'reactive or other registers': 1,
      'days of reactive or other registers': 1,
      'event records': 1,
    });
  });

  test('registers of one meter may have intervals of their own: its readings have the longest', () => {
    const file = readNem12(
      nem12(
        ...[register('E1', { minutes: 5 }), day(same('0.001', 288))],
        ...[register('B1', { minutes: 15 }), day(same('0.002', 96), 'E52')],
      ),
    );
    expect(rowsOf(file)).toHaveLength(96);
    expect(rowsOf(file)[95]).toEqual(['NMI1', MIDNIGHT + 95 * 900_000, 900, 3, 2, 2]);
  });

  test('the newest of two records of a day wins, wherever it stands', () => {
    const two = [day(same('1'), 'A', '20250602000000'), day(same('2'), 'F14', '20250603000000')];
    for (const order of [two, two.toReversed()]) {
      const file = readNem12(nem12(register('E1'), ...order));
      expect(rowsOf(file)[0].slice(3)).toEqual([2000, 0, 1]);
      expect(file.passedOver).toEqual({ 'days that a newer record replaces': 1 });
    }
  });

  test.each([
    ['A', 0],
    ['F14', 1],
    ['S51', 1],
    ['E52', 2],
    ['N', 3],
  ])('quality %s', (flag, quality) => {
    expect(rowsOf(readNem12(nem12(register('E1'), day(same('1'), flag))))[0][5]).toBe(quality);
  });

  test('variable quality comes from the records 400; values that are missing may be empty', () => {
    const values = `${same('1', 40)},${same('', 8)}`;
    const file = readNem12(
      nem12(register('E1'), day(values, 'V'), '400,1,20,A,,', '400,21,40,E52,,', '400,41,48,N,,'),
    );
    expect(rowsOf(file).map(([, , , wh, , quality]) => [wh, quality])).toEqual([
      ...new Array<number[]>(20).fill([1000, 0]),
      ...new Array<number[]>(20).fill([1000, 2]),
      ...new Array<number[]>(8).fill([0, 3]),
    ]);
  });

  test('days that lack a register of the meter are told', () => {
    const all = { all: 'B1E1Q1' };
    const { readings } = readNem12(
      nem12(
        ...[register('B1', all), day(same('1'))],
        ...[register('E1', all), day(same('1')), day(same('2')).replace('20250601', '20250602')],
      ),
    );
    expect(readings.length).toBe(96);
    expect([...readings.incomplete.keys()]).toEqual(Array.from({ length: 48 }, (_, i) => 48 + i));
    expect(readings.incomplete.get(48)).toEqual({ import: false, export: true });
  });

  test.each([
    ['no header', bytes('200,NMI1\n900'), 1, 1],
    ['no end: cut short', bytes(`100,NEM12,2,3,4\n${register('E1')}\n${day(same('1'))}`), 3, undefined],
    ['a record behind the end', bytes(`100,NEM12,2,3,4\n900\n${register('E1')}`), 3, 1],
    ['a day of a register that was not named', nem12(day(same('1'))), 2, 1],
    ['too few values', nem12(register('E1'), '300,20250601,1,2,3,A,,,20250602000000,'), 3, 51],
    ['too many values', nem12(register('E1'), day(same('1', 49))), 3, 51],
    ['a value that is no number', nem12(register('E1'), day(same('x'))), 3, 3],
    ['an empty value', nem12(register('E1'), day(`${same('1', 47)},`)), 3, 50],
    ['a negative value', nem12(register('E1'), day(same('-1'))), 3, 3],
    ['more than an interval can hold', nem12(register('E1'), day(same('4000000.001'))), 3, 3],
    ['an impossible date', nem12(register('E1'), day(same('1')).replace('20250601', '20250231')), 3, 2],
    ['an unknown quality', nem12(register('E1'), day(same('1'), 'X')), 3, 51],
    ['a method of one digit', nem12(register('E1'), day(same('1'), 'F1')), 3, 51],
    ['quality V, not covered', nem12(register('E1'), day(same('1'), 'V'), '400,1,20,A,,'), 3, undefined],
    [
      'an empty value that no record calls missing',
      nem12(register('E1'), day(`${same('1', 47)},`, 'V'), '400,1,48,A,,'),
      ...[3, 50],
    ],
    [
      'intervals that the day does not have',
      nem12(register('E1'), day(same('1'), 'V'), '400,1,49,A,,'),
      4,
      2,
    ],
    ['a record 400 without a day', nem12(register('E1'), '400,1,48,A,,'), 3, 1],
    ['a unit that is no energy', nem12(register('E1', { unit: 'kVArh' }), day(same('1'))), 2, 8],
    ['a length that the market does not have', nem12(register('E1', { minutes: 60 })), 2, 9],
    ['an unknown record', nem12(register('E1'), '777,1'), 3, 1],
  ] as [string, Uint8Array, number, number | undefined][])('%s is refused', (_, file, line, column) => {
    let error: unknown;
    try {
      readNem12(file);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(MeterFileError);
    expect(error).toMatchObject({ line, column });
  });
});

const QUALITY_OF: Readonly<Record<string, number>> = { A: 0, F: 1, S: 1, E: 2, N: 3 };

/** What the registers of one meter and date say, by the second reader. */
function expected(registers: readonly RegisterDay[]): { start: number; seconds: number; quality: number[] } {
  const [{ date }] = registers;
  const minutes = Math.max(...registers.map((r) => r.minutes));
  const quality = Array.from({ length: 1440 / minutes }, (_, i) =>
    Math.max(
      ...registers.flatMap((r) =>
        r.flags
          .slice((i * minutes) / r.minutes, ((i + 1) * minutes) / r.minutes)
          .map((flag) => QUALITY_OF[flag]),
      ),
    ),
  );
  const iso = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00+10:00`;
  return { start: Date.parse(iso), seconds: minutes * 60, quality };
}

const folder = testData('nem12');
(folder ? describe : describe.skip)('files of the Australian market', () => {
  const files = folder ? readdirSync(folder) : [];

  test.each(files)('%s: each register, day and interval is as a second reader has it', async (name) => {
    const content = readFileSync(join(folder ?? '', name));
    for (const part of isZip(content) ? await unzip(content) : [{ bytes: content }]) {
      const file = readNem12(part.bytes);
      const { days, otherDays } = independentDays(Buffer.from(part.bytes).toString('latin1'));
      expect(file.passedOver['days of reactive or other registers'] ?? 0).toBe(otherDays);
      const rows = rowsOf(file);
      const meterDays = new Map<string, RegisterDay[]>();
      for (const d of days) {
        const key = `${d.nmi} ${d.date}`;
        meterDays.set(key, [...(meterDays.get(key) ?? []), d]);
      }
      let seen = 0;
      for (const registers of meterDays.values()) {
        const { start, seconds, quality } = expected(registers);
        const own = rows.filter(
          ([meter, at]) => meter === registers[0].nmi && at >= start && at < start + 86_400_000,
        );
        seen += own.length;
        expect(own.map((r) => [r[1], r[2], r[5]])).toEqual(
          quality.map((q, i) => [start + i * seconds * 1000, seconds, q]),
        );
        for (const [direction, column] of [
          ['E', 3],
          ['B', 4],
        ] as const) {
          const of = registers.filter((r) => r.suffix.startsWith(direction));
          const totals = of.map((r) => wholeWh(r.picoKWh.reduce((a, b) => a + b, 0n)));
          expect(own.reduce((sum, r) => sum + BigInt(r[column]), 0n)).toBe(
            totals.reduce((a, b) => a + b, 0n),
          );
          // What is carried is less than a Wh a register.
          const most = PICO_PER_WH * BigInt(Math.max(of.length, 1));
          const off = own.filter((r, i) => {
            const exact = of.reduce((sum, { picoKWh, minutes }) => {
              const parts = seconds / 60 / minutes;
              return sum + picoKWh.slice(i * parts, (i + 1) * parts).reduce((x, y) => x + y, 0n);
            }, 0n);
            const difference = BigInt(r[column]) * PICO_PER_WH - exact;
            return difference >= most || difference <= -most;
          });
          expect(off).toEqual([]);
        }
      }
      expect(seen).toBe(rows.length);
    }
  });
});
