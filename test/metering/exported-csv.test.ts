/** CSV as `gridbook export readings` writes it. */
import { expect, test } from '@jest/globals';
import { readMeterFiles } from '../../api/metering/read-file.js';
import { bytes, rowsOf, T0 } from './files.js';

const HEADER = 'lane,meter,start,duration_seconds,revision,import_wh,export_wh,quality,source';
const line = (meter: string, minutes: number, revision: number, wh: number, lane = 'Brightwater'): string =>
  `${lane},${meter},${new Date(T0 + minutes * 60_000).toISOString().replace('.000', '')},900,${revision},${wh},0,ACTUAL,s`;
const read = async (...lines: string[]) => {
  const [file] = await readMeterFiles(bytes([HEADER, ...lines].join('\n')), { lane: 'Brightwater' });
  return { rows: rowsOf(file), passedOver: file.passedOver };
};

test('the last revision of a reading counts, wherever it stands', async () => {
  expect(
    await read(line('a', 0, 1, 20), line('a', 0, 0, 10), line('b', 0, 0, 7), line('a', 15, 0, 5)),
  ).toEqual({
    rows: [
      ['a', T0, 900, 20, 0, 0],
      ['b', T0, 900, 7, 0, 0],
      ['a', T0 + 900_000, 900, 5, 0, 0],
    ],
    passedOver: { 'earlier revisions': 1 },
  });
});

test('readings of other lanes are passed over', async () => {
  const { rows, passedOver } = await read(line('a', 0, 0, 10, 'Elsewhere'), line('a', 0, 0, 11));
  expect([rows.length, passedOver]).toEqual([1, { 'readings of other lanes': 1 }]);
});

test('a revision that stands twice, a line with a cell too few and a figure that is none are refused', async () => {
  await expect(read(line('a', 0, 0, 1), line('a', 0, 0, 2))).rejects.toThrow('line 3, column revision');
  await expect(read('Brightwater,a')).rejects.toThrow('line 2: 9 cells');
  await expect(read(line('a', 0, 0, 1).replace(',1,0,', ',x,0,'))).rejects.toThrow('column import_wh');
});

test('one without readings is refused, but not one whose readings are of other lanes', async () => {
  await expect(read()).rejects.toThrow('the file has no readings');
  expect((await read(line('a', 0, 0, 10, 'Elsewhere'))).rows).toEqual([]);
});
