/** CSV meter files: form first, then figures; a malformed file is refused whole, by line, column and reason. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MeterFileError } from '../../api/metering/errors.js';
import { readLongCsv } from '../../api/metering/long-csv.js';
import { QUALITIES } from '../../api/metering/readings.js';
import { readWideCsv } from '../../api/metering/wide-csv.js';
import { bytes, LONG, rowsOf, T0 } from './files.js';

/** The error that reading refuses a file with. */
function refusal(read: () => unknown): MeterFileError {
  try {
    read();
  } catch (error) {
    if (error instanceof MeterFileError) return error;
    throw error;
  }
  throw new Error('the file was read');
}

describe('CSV in long form', () => {
  const long = (...lines: string[]) => readLongCsv(bytes([LONG, ...lines].join('\n')));

  test('is read, with a byte order mark, Windows line ends, spaces, empty lines and quotes too', () => {
    const file = readLongCsv(
      bytes(
        `\ufeff${LONG}\r\nm1,2025-06-01T00:00:00Z,900,12,0,ACTUAL\r\n\r\n` +
          `m1 , 2025-06-01T02:15:00+02:00,900,0,7,ESTIMATED\r\n"m1","2025-06-01T00:30:00.000Z",900,3,0,"MISSING"\r\n`,
      ),
    );
    expect(rowsOf(file)).toEqual([
      ['m1', T0, 900, 12, 0, 0],
      ['m1', T0 + 900_000, 900, 0, 7, 2],
      ['m1', T0 + 1_800_000, 900, 3, 0, 3],
    ]);
    expect(file.source).toMatch(/^sha256-[0-9a-f]{32}$/);
  });

  test('whatever is written is read, in any order of lines', () => {
    const reading = fc.record({
      meter: fc.constantFrom('m1', 'A.b_c-9'),
      at: fc.integer({ min: 0, max: 4_000 }),
      importWh: fc.integer({ min: 0, max: 4_000_000_000 }),
      exportWh: fc.integer({ min: 0, max: 4_000_000_000 }),
      quality: fc.constantFrom(...QUALITIES),
    });
    const distinct = fc.uniqueArray(reading, { selector: (r) => `${r.meter} ${r.at}`, minLength: 1 });
    fc.assert(
      fc.property(distinct, (list) => {
        const starts = list.map((r) => T0 + r.at * 300_000);
        const lines = list.map((r, i) =>
          [r.meter, new Date(starts[i]).toISOString(), 300, r.importWh, r.exportWh, r.quality].join(),
        );
        expect(rowsOf(long(...lines))).toEqual(
          list.map((r, i) => [
            ...[r.meter, starts[i], 300],
            ...[r.importWh, r.exportWh, QUALITIES.indexOf(r.quality)],
          ]),
        );
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['a negative figure', 'm1,2025-06-01T00:00:00Z,900,-1,0,ACTUAL', 'importWh'],
    ['a fraction', 'm1,2025-06-01T00:00:00Z,900,1.5,0,ACTUAL', 'importWh'],
    ['a figure in exponents', 'm1,2025-06-01T00:00:00Z,900,0,1e3,ACTUAL', 'exportWh'],
    ['an absurd figure', 'm1,2025-06-01T00:00:00Z,900,4000000001,0,ACTUAL', 'importWh'],
    ['a figure beyond all numbers', `m1,2025-06-01T00:00:00Z,900,${'9'.repeat(400)},0,ACTUAL`, 'importWh'],
    ['an instant without an offset', 'm1,2025-06-01T00:00:00,900,1,0,ACTUAL', 'start'],
    ['a date that no calendar has', 'm1,2025-02-30T00:00:00Z,900,1,0,ACTUAL', 'start'],
    ['an hour that no clock has', 'm1,2025-06-01T24:00:00Z,900,1,0,ACTUAL', 'start'],
    ['a start off the grid', 'm1,2025-06-01T00:01:00Z,900,1,0,ACTUAL', 'start'],
    ['a fraction of a second', 'm1,2025-06-01T00:00:00.001Z,900,1,0,ACTUAL', 'start'],
    ['another length', 'm1,2025-06-01T00:00:00Z,600,1,0,ACTUAL', 'durationSeconds'],
    ['an unknown quality', 'm1,2025-06-01T00:00:00Z,900,1,0,GOOD', 'quality'],
    ['an id with U+0000', 'm\u00001,2025-06-01T00:00:00Z,900,1,0,ACTUAL', 'meter'],
    ['too few cells', 'm1,2025-06-01T00:00:00Z,900,1', undefined],
    ['too many cells', 'm1,2025-06-01T00:00:00Z,900,1,0,ACTUAL,', undefined],
    ['a quote that is not closed', '"m1,2025-06-01T00:00:00Z,900,1,0,ACTUAL', undefined],
  ])('%s is refused, saying where', (_, line, column) => {
    const error = refusal(() => long('m0,2025-06-01T00:00:00Z,900,1,0,ACTUAL', line));
    expect([error.line, error.column]).toEqual([3, column]);
    expect(error.message).toContain('line 3');
    // What the file holds is not repeated.
    expect(error.message.length).toBeLessThan(150);
  });

  test.each([
    ['the same meter and start', '2025-06-01T00:00:00Z', 900, '2025-06-01T00:00:00Z', 900],
    ['an interval within another', '2025-06-01T00:00:00Z', 1800, '2025-06-01T00:15:00Z', 900],
    ['one that comes first in time', '2025-06-01T00:15:00Z', 900, '2025-06-01T00:00:00Z', 1800],
  ])('a second reading of one time is refused: %s', (_, start, seconds, again, secondsAgain) => {
    const error = refusal(() =>
      long(
        `m1,${start},${seconds},1,0,ACTUAL`,
        'm2,2025-06-01T00:00:00Z,900,1,0,ACTUAL',
        `m1,${again},${secondsAgain},1,0,ACTUAL`,
      ),
    );
    expect([error.line, error.column]).toEqual([4, 'start']);
  });

  test.each([
    ['without a header', 'm1,2025-06-01T00:00:00Z,900,1,0,ACTUAL', 'line 1, column 1'],
    ['with other columns', 'meter,start,seconds,importWh,exportWh,quality', 'line 1, column 3'],
    ['that is empty', '', 'the file is empty'],
  ])('a file %s is refused', (_, text, words) => {
    expect(refusal(() => readLongCsv(bytes(text))).message).toContain(words);
  });

  test('bytes that are no text are refused', () => {
    expect(refusal(() => readLongCsv(Buffer.from([0xff, 0xfe, 0x00]))).message).toContain('UTF-8');
  });
});

describe('CSV in wide form', () => {
  const text = 'time,a,b\n2025-06-01T00:00:00Z,1000,-250.5\n2025-06-01T00:15:00Z,,2\n';
  test('average power becomes energy, rounded half away from zero; net tells the direction by its sign', () => {
    expect(rowsOf(readWideCsv(bytes(text), { unit: 'W', direction: 'net' }))).toEqual([
      ['a', T0, 900, 250, 0, 0],
      ['b', T0, 900, 0, 63, 0],
      ['a', T0 + 900_000, 900, 0, 0, 3],
      ['b', T0 + 900_000, 900, 1, 0, 0],
    ]);
  });

  test.each([
    ['kWh', 'import', '1.2345', [1235, 0]],
    ['kWh', 'import', '.000499999', [0, 0]],
    ['Wh', 'export', '17', [0, 17]],
    ['Wh', 'net', '-0.5', [0, 1]],
    ['Wh', 'net', '-0.499999', [0, 0]],
    ['kW', 'import', '2', [500, 0]],
    ['kW', 'import', '00000000000000000002.0000000000000', [500, 0]],
    ['W', 'import', '1.999999', [0, 0]],
    ['W', 'import', '2.000000', [1, 0]],
  ] as const)('in %s of %s: %s', (unit, direction, cell, expected) => {
    const file = readWideCsv(bytes(`time,a\n2025-06-01T00:00:00Z,${cell}\n2025-06-01T00:15:00Z,0\n`), {
      unit,
      direction,
    });
    expect(rowsOf(file)[0].slice(3, 5)).toEqual(expected);
  });

  test('figures are exact, whatever their size and decimals', () => {
    const figure = fc.tuple(
      fc.integer({ min: -8_000_000, max: 8_000_000 }),
      fc.integer({ min: 0, max: 999_999 }),
    );
    fc.assert(
      fc.property(figure, fc.constantFrom(300, 900, 1800, 3600), ([whole, micro], seconds) => {
        const sign = whole < 0 ? '-' : '';
        const cell = `${sign}${Math.abs(whole)}.${String(micro).padStart(6, '0')}`;
        const file = readWideCsv(bytes(`time,a\n2025-06-01T00:00:00Z,${cell}`), {
          unit: 'W',
          direction: 'net',
          durationSeconds: seconds as 300,
        });
        const size = BigInt(Math.abs(whole)) * 1_000_000n + BigInt(micro);
        const wh = Number((size * BigInt(seconds) * 2n + 3_600_000_000n) / 7_200_000_000n);
        expect(rowsOf(file)[0].slice(3, 5)).toEqual(whole < 0 ? [0, wh] : [wh, 0]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['a negative figure where a direction is given', ['00:00:00Z,-1', '00:15:00Z,0'], 2, 'a'],
    ['instants that do not ascend', ['00:15:00Z,1', '00:30:00Z,1', '00:15:00Z,0'], 4, 1],
    ['more decimals than are kept', ['00:00:00Z,1.0000001', '00:15:00Z,0'], 2, 'a'],
    ['a word', ['00:00:00Z,none', '00:15:00Z,0'], 2, 'a'],
    ['a bare point', ['00:00:00Z,.', '00:15:00Z,0'], 2, 'a'],
    ['a bare minus', ['00:00:00Z,-', '00:15:00Z,0'], 2, 'a'],
    ['more than an interval can hold', ['00:00:00Z,4000000001', '00:15:00Z,0'], 2, 'a'],
    ['a cell too many', ['00:00:00Z,1,2', '00:15:00Z,0'], 2, undefined],
    ['a length of intervals that no network has', ['00:00:00Z,1', '00:10:00Z,0'], 2, 1],
  ])('%s is refused', (_, lines, line, column) => {
    const csv = ['time,a', ...lines.map((cells) => `2025-06-01T${cells}`)].join('\n');
    const error = refusal(() => readWideCsv(bytes(csv), { unit: 'Wh', direction: 'import' }));
    expect([error.line, error.column]).toEqual([line, column]);
  });

  test.each([
    ['a meter twice', 'time,a,a\n', 'line 1, column 3'],
    ['no meter', 'time\n', 'line 1, column 1'],
    ['a header alone', 'time,a\n', 'no readings'],
  ])('%s is refused', (_, csv, words) => {
    const read = () => readWideCsv(bytes(csv), { unit: 'Wh', direction: 'import' });
    expect(refusal(read).message).toContain(words);
  });
});
