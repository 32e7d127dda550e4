/** Meter files: form first, then figures; a malformed file is refused whole, by line, column and reason. */
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isZip, unzip } from '../../api/metering/archive.js';
import { readCommunity } from '../../api/metering/community.js';
import { MeterFileError } from '../../api/metering/errors.js';
import { onGrid } from '../../api/metering/grid.js';
import { readLongCsv } from '../../api/metering/long-csv.js';
import { readNem12 } from '../../api/metering/nem12.js';
import { readMeterFiles } from '../../api/metering/read-file.js';
import type { MeterFile } from '../../api/metering/readings.js';
import { readWideCsv } from '../../api/metering/wide-csv.js';
import { generateCommunity } from '../../api/demo/generate.js';
import { testData } from '../data.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const rows = ({ readings: r }: MeterFile) =>
  Array.from({ length: r.length }, (_, i) => [
    r.meters[r.meter[i]],
    r.start[i],
    r.durationSeconds[i],
    r.importWh[i],
    r.exportWh[i],
    r.quality[i],
  ]);
const T0 = Date.UTC(2025, 5, 1);
const HEADER = 'meter,start,durationSeconds,importWh,exportWh,quality';

describe('CSV in long form', () => {
  test('is read, with a byte order mark and Windows line ends too', () => {
    const file = readLongCsv(
      bytes(
        `\ufeff${HEADER}\r\nm1,2025-06-01T00:00:00Z,900,12,0,ACTUAL\r\nm1,2025-06-01T02:15:00+02:00,900,0,7,ESTIMATED\r\n`,
      ),
    );
    expect(rows(file)).toEqual([
      ['m1', T0, 900, 12, 0, 0],
      ['m1', T0 + 900_000, 900, 0, 7, 2],
    ]);
    expect(file.source).toMatch(/^sha256-[0-9a-f]{32}$/);
  });

  test.each([
    ['no header', 'm1,2025-06-01T00:00:00Z,900,1,0,ACTUAL', 'line 1, column 1'],
    ['a negative figure', `${HEADER}\nm1,2025-06-01T00:00:00Z,900,-1,0,ACTUAL`, 'line 2, column importWh'],
    ['a fraction', `${HEADER}\nm1,2025-06-01T00:00:00Z,900,1.5,0,ACTUAL`, 'line 2, column importWh'],
    [
      'an absurd figure',
      `${HEADER}\nm1,2025-06-01T00:00:00Z,900,4000000001,0,ACTUAL`,
      'line 2, column importWh',
    ],
    [
      'an instant without an offset',
      `${HEADER}\nm1,2025-06-01T00:00:00,900,1,0,ACTUAL`,
      'line 2, column start',
    ],
    ['a start off the grid', `${HEADER}\nm1,2025-06-01T00:01:00Z,900,1,0,ACTUAL`, 'line 2, column start'],
    ['another length', `${HEADER}\nm1,2025-06-01T00:00:00Z,600,1,0,ACTUAL`, 'line 2, column durationSeconds'],
    ['an unknown quality', `${HEADER}\nm1,2025-06-01T00:00:00Z,900,1,0,GOOD`, 'line 2, column quality'],
    [
      'a meter twice',
      `${HEADER}\nm1,2025-06-01T00:00:00Z,900,1,0,ACTUAL\nm1,2025-06-01T00:00:00Z,900,1,0,ACTUAL`,
      'line 3, column start',
    ],
    ['too few cells', `${HEADER}\nm1,2025-06-01T00:00:00Z,900,1`, 'line 2'],
    ['an id with U+0000', `${HEADER}\nm\u00001,2025-06-01T00:00:00Z,900,1,0,ACTUAL`, 'line 2, column meter'],
    ['nothing', '', 'empty'],
  ])('%s is refused, saying where', (_, text, place) => {
    expect(() => readLongCsv(bytes(text))).toThrow(MeterFileError);
    expect(() => readLongCsv(bytes(text))).toThrow(place);
  });

  test('bytes that are no text are refused', () => {
    expect(() => readLongCsv(Buffer.from([0xff, 0xfe, 0x00]))).toThrow('UTF-8');
  });
});

describe('CSV in wide form', () => {
  const text = 'time,a,b\n2025-06-01T00:00:00Z,1000,-250.5\n2025-06-01T00:15:00Z,,2\n';
  test('average power becomes energy, rounded half away from zero; net tells the direction by its sign', () => {
    expect(rows(readWideCsv(bytes(text), { unit: 'W', direction: 'net' }))).toEqual([
      ['a', T0, 900, 250, 0, 0],
      ['b', T0, 900, 0, 63, 0],
      ['a', T0 + 900_000, 900, 0, 0, 3],
      ['b', T0 + 900_000, 900, 1, 0, 0],
    ]);
  });
  test.each([
    ['kWh', 'import', '1.2345', [1235, 0]],
    ['Wh', 'export', '17', [0, 17]],
    ['kW', 'import', '2', [500, 0]],
  ] as const)('in %s of %s', (unit, direction, cell, expected) => {
    const file = readWideCsv(bytes(`time,a\n2025-06-01T00:00:00Z,${cell}\n2025-06-01T00:15:00Z,0\n`), {
      unit,
      direction,
    });
    expect(rows(file)[0].slice(3, 5)).toEqual(expected);
  });
  test.each([
    [
      'a negative figure where a direction is given',
      'time,a\n2025-06-01T00:00:00Z,-1\n2025-06-01T00:15:00Z,0',
      'line 2, column a',
    ],
    [
      'instants that do not ascend',
      'time,a\n2025-06-01T00:15:00Z,1\n2025-06-01T00:30:00Z,1\n2025-06-01T00:15:00Z,0',
      'line 4, column 1',
    ],
    ['a meter twice', 'time,a,a\n', 'line 1, column 3'],
    [
      'more decimals than are kept',
      'time,a\n2025-06-01T00:00:00Z,1.0001\n2025-06-01T00:15:00Z,0',
      'line 2, column a',
    ],
  ])('%s is refused', (_, csv, place) => {
    expect(() => readWideCsv(bytes(csv), { unit: 'Wh', direction: 'import' })).toThrow(place);
  });
});

const day = (values: string, quality = 'A', updated = '20250602000000'): string =>
  `300,20250601,${values},${quality},,,${updated},`;
const nem12 = (...records: string[]): Uint8Array =>
  bytes(['100,NEM12,202506020000,MDP,RETAILER', ...records, '900'].join('\r\n'));
const REGISTER = '200,NMI1,E1B1,1,E1,N1,M1,kWh,30,';
const same = (value: string): string => new Array<string>(48).fill(value).join(',');

describe('NEM12', () => {
  test('days begin at midnight of market time, UTC+10, and parts of a Wh are carried through the day', () => {
    const file = readNem12(nem12(REGISTER, day(same('0.0004'))));
    const read = rows(file);
    expect(read[0][1]).toBe(Date.UTC(2025, 4, 31, 14));
    // 48 × 0.4 Wh = 19.2 Wh.
    expect(read.reduce((sum, r) => sum + (r[3] as number), 0)).toBe(19);
  });
  test('E registers are import, B registers export, others are counted and passed over', () => {
    const file = readNem12(
      nem12(
        REGISTER,
        day(same('1')),
        '200,NMI1,E1B1,2,B1,N2,M1,Wh,30,',
        day(same('250')),
        '200,NMI1,E1B1,3,Q1,N3,M1,kVArh,30,',
        day(same('9')),
      ),
    );
    expect(rows(file)[5]).toEqual(['NMI1', Date.UTC(2025, 4, 31, 14) + 5 * 1_800_000, 1800, 1000, 250, 0]);
    expect(file.passedOver).toEqual({
      'reactive or other registers': 1,
      'days of reactive or other registers': 1,
    });
  });
  test('the newest of two records of a day wins, wherever it stands', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const two = [day(same('1'), 'A', '20250602000000'), day(same('2'), 'F14', '20250603000000')];
      expect(rows(readNem12(nem12(REGISTER, ...order.map((i) => two[i]))))[0].slice(3)).toEqual([2000, 0, 1]);
    }
  });
  test('variable quality comes from the records 400', () => {
    const file = readNem12(nem12(REGISTER, day(same('1'), 'V'), '400,1,20,A,,', '400,21,48,E52,,'));
    expect(rows(file).map((r) => r[5])).toEqual([
      ...new Array<number>(20).fill(0),
      ...new Array<number>(28).fill(2),
    ]);
  });
  test.each([
    ['no header', bytes('200,NMI1\n900'), 'line 1, column 1'],
    [
      'no end: the file was cut short',
      bytes(`100,NEM12,2,3,4\n${REGISTER}\n${day(same('1'))}`),
      '900 is missing',
    ],
    ['a day of a register that was not named', nem12(day(same('1'))), 'line 2'],
    ['too few values', nem12(REGISTER, '300,20250601,1,2,3,A,,,20250602000000,'), 'line 3'],
    ['a value that is no number', nem12(REGISTER, day(same('x'))), 'line 3, column 3'],
    ['a negative value', nem12(REGISTER, day(same('-1'))), 'line 3, column 3'],
    [
      'an impossible date',
      nem12(REGISTER, day(same('1')).replace('20250601', '20250231')),
      'line 3, column 2',
    ],
    [
      'quality V that the records 400 do not cover',
      nem12(REGISTER, day(same('1'), 'V'), '400,1,20,A,,'),
      'line 3',
    ],
    ['a unit that is no energy', nem12(REGISTER.replace('kWh', 'kVArh'), day(same('1'))), 'line 2, column 8'],
    ['an unknown record', nem12(REGISTER, '777,1'), 'line 3, column 1'],
  ])('%s is refused', (_, file, place) => {
    expect(() => readNem12(file)).toThrow(MeterFileError);
    expect(() => readNem12(file)).toThrow(place);
  });
});

/** A second, independent reader: decimal sums per NMI and suffix over the newest record of each day, in 10^-6 Wh. */
function independentTotals(text: string): Map<string, bigint> {
  const scale: Record<string, number> = { WH: 6, KWH: 9, MWH: 12 };
  const days = new Map<string, { updated: string; sum: bigint }>();
  let register = { key: '', unit: '', minutes: 0 };
  for (const record of text.split(/\r?\n/)) {
    const cells = record.split(',');
    if (cells[0] === '200')
      register = {
        key: `${cells[1]} ${cells[4].toUpperCase()}`,
        unit: cells[7].trim().toUpperCase(),
        minutes: Number(cells[8]),
      };
    if (cells[0] !== '300' || !/ [EB]/.test(register.key)) continue;
    const count = 1440 / register.minutes;
    let sum = 0n;
    for (const cell of cells.slice(2, 2 + count)) {
      const [whole, fraction = ''] = cell.trim().split('.');
      if (cell.trim() !== '')
        sum += BigInt(whole + fraction.padEnd(scale[register.unit], '0').slice(0, scale[register.unit]));
    }
    const at = `${register.key} ${cells[1]}`;
    const updated = (cells[5 + count] ?? '').trim();
    const before = days.get(at);
    if (!before || before.updated <= updated) days.set(at, { updated, sum });
  }
  const totals = new Map<string, bigint>();
  for (const [at, { sum }] of days) {
    const [nmi, suffix] = at.split(' ');
    const key = `${nmi} ${suffix[0] === 'E' ? 'import' : 'export'}`;
    // Each register and day is rounded once.
    totals.set(key, (totals.get(key) ?? 0n) + (sum * 2n + 1_000_000n) / 2_000_000n);
  }
  return totals;
}

const folder = testData('nem12');
(folder ? describe : describe.skip)('files of the Australian market', () => {
  const files = folder ? readdirSync(folder) : [];
  test.each(files)(
    '%s: totals per meter and direction are those of a second, independent reading',
    async (name) => {
      const content = readFileSync(join(folder ?? '', name));
      const parts = isZip(content) ? await unzip(content) : [{ name, bytes: content }];
      for (const part of parts) {
        const totals = new Map<string, bigint>();
        for (const [meter, , , importWh, exportWh] of rows(readNem12(part.bytes))) {
          for (const [direction, wh] of [
            ['import', importWh],
            ['export', exportWh],
          ] as const) {
            const key = `${meter} ${direction}`;
            totals.set(key, (totals.get(key) ?? 0n) + BigInt(wh as number));
          }
        }
        const expected = independentTotals(Buffer.from(part.bytes).toString());
        for (const [key, sum] of totals) expect([key, sum]).toEqual([key, expected.get(key) ?? 0n]);
        for (const key of expected.keys()) expect(totals.has(key)).toBe(true);
      }
    },
  );
  test('a form is told by its content', async () => {
    const name = files.find((f) => f.toLowerCase().endsWith('.zip')) as string;
    expect((await readMeterFiles(readFileSync(join(folder ?? '', name))))[0].readings.length).toBeGreaterThan(
      0,
    );
  });
});

describe('archives', () => {
  test('a damaged one is refused', async () => {
    await expect(readMeterFiles(Buffer.from('504b0304deadbeef', 'hex'))).rejects.toThrow(MeterFileError);
  });
});

describe('a network’s grid', () => {
  const table = (...lines: string[]): MeterFile => readLongCsv(bytes([HEADER, ...lines].join('\n')));
  test('shorter intervals are summed; one that is not covered says so; the worst quality counts', () => {
    const file = table(
      'm,2025-06-01T00:00:00Z,300,1,0,ACTUAL',
      'm,2025-06-01T00:05:00Z,300,2,0,ESTIMATED',
      'm,2025-06-01T00:10:00Z,300,3,1,ACTUAL',
      'm,2025-06-01T00:15:00Z,300,9,0,ACTUAL',
    );
    expect(onGrid(file.readings, 'm', 900)).toEqual([
      { start: T0, importWh: 6, exportWh: 1, quality: 2, isCovered: true },
      { start: T0 + 900_000, importWh: 9, exportWh: 0, quality: 0, isCovered: false },
    ]);
  });
  test('longer ones are split evenly to the last Wh and are substituted', () => {
    const parts = onGrid(table('m,2025-06-01T00:00:00Z,3600,10,3,ACTUAL').readings, 'm', 900);
    expect(parts.map((p) => [p.importWh, p.exportWh, p.quality])).toEqual([
      [2, 0, 1],
      [3, 1, 1],
      [2, 1, 1],
      [3, 1, 1],
    ]);
  });
});

const community = testData('community-15min');
(community ? describe : describe.skip)('the community of 16 homes', () => {
  test('69,056 readings whose energy follows from power by exact decimal arithmetic', async () => {
    const data = await readCommunity(community ?? '');
    expect([data.homes.length, data.start.length, data.intervalSeconds]).toEqual([16, 4_316, 900]);
    const loads = readFileSync(join(community ?? '', 'loads-watts.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((l) => l.split(','));
    const shapes = readFileSync(join(community ?? '', 'pv-per-unit.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((l) => l.split(','));
    const members = new Map(
      readFileSync(join(community ?? '', 'members.csv'), 'utf8')
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((l) => [l.split(',')[0], l.split(',')]),
    );
    /** A per-unit figure in millionths, rounded half up, by text. */
    const millionths = (text: string): bigint => {
      const [mantissa, exponent = '0'] = text.split('e');
      const [whole, fraction = ''] = mantissa.split('.');
      const shifted = `${whole}${fraction}`.padStart(30, '0') + '0'.repeat(30);
      const point = shifted.length - 30 - fraction.length + Number(exponent);
      return (BigInt(shifted.slice(0, point) + shifted.slice(point, point + 7)) + 5n) / 10n;
    };
    data.homes.forEach((home, h) => {
      const member = members.get(home.id) as string[];
      const shape = shapes[0].indexOf(member[1]);
      for (let t = 0; t < data.start.length; t += 97) {
        const solar = shape > 0 ? BigInt(member[2]) * millionths(shapes[t + 1][shape]) : 0n;
        const net = BigInt(loads[t + 1][h + 1]) * 1_000_000n - solar;
        const size = ((net < 0n ? -net : net) * 900n * 2n + 3_600_000_000n) / 7_200_000_000n;
        expect([home.importWh[t], home.exportWh[t]]).toEqual(
          net > 0n ? [Number(size), 0] : [0, Number(size)],
        );
      }
    });
  });
});

describe('the generated community', () => {
  const options = {
    seed: 7,
    from: Date.UTC(2025, 5, 1),
    intervals: 96,
    intervalSeconds: 900,
    homes: 16,
    latitude: -31.95,
    longitude: 115.86,
    offsetSeconds: 28_800,
  };
  test('is the same for the same seed, and another for another', () => {
    expect(generateCommunity(options)).toEqual(generateCommunity(options));
    expect(generateCommunity({ ...options, seed: 8 })).not.toEqual(generateCommunity(options));
  });
  test('has sun by day and none by night', () => {
    const shapes = generateCommunity(options)
      ['pv-per-unit.csv'].trim()
      .split(/\r?\n/)
      .slice(1)
      .map((l) => l.split(',').map(Number));
    // Noon in Perth is 04:15 UTC, midnight 16:15 UTC.
    expect(Math.max(...shapes.slice(12, 22).map((s) => s[1]))).toBeGreaterThan(0.2);
    expect(Math.max(...shapes.slice(60, 70).map((s) => s[1]))).toBe(0);
  });
});
