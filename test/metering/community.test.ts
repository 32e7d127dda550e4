/** A community's folder: power becomes energy by exact decimal arithmetic; a folder that is wrong is refused by name. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMUNITY_FILES, readCommunity } from '../../api/metering/community.js';
import { MeterFileError } from '../../api/metering/errors.js';
import { testData } from '../data.js';

const linesOf = (folder: string, name: string): string[][] =>
  readFileSync(join(folder, name), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));

/** A per-unit figure in millionths, rounded half up, by moving its point as text. */
function millionths(text: string): bigint {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const padded = `${'0'.repeat(40)}${whole}${fraction}${'0'.repeat(40)}`;
  const point = 40 + whole.length + Number(exponent);
  return (BigInt(padded.slice(0, point + 7)) + 5n) / 10n;
}

const real = testData('community-15min');
(real ? describe : describe.skip)('the community of 16 homes', () => {
  test('has 69,056 readings, each as exact arithmetic on the figures’ text has it', async () => {
    const folder = real ?? '';
    const data = await readCommunity(folder);
    expect([data.homes.length, data.start.length, data.intervalSeconds]).toEqual([16, 4_316, 900]);
    expect(data.homes.length * data.start.length).toBe(69_056);
    const loads = linesOf(folder, 'loads-watts.csv');
    const shapes = linesOf(folder, 'pv-per-unit.csv');
    const members = new Map(linesOf(folder, 'members.csv').map((cells) => [cells[0], cells]));
    expect(data.start).toEqual(loads.slice(1).map(([at]) => Number(at) * 1000));
    data.homes.forEach((home, h) => {
      const [, profile, peak] = members.get(home.id) as string[];
      const column = shapes[0].indexOf(profile);
      const nets = loads.slice(1).map((cells, t) => {
        const solar = column > 0 ? BigInt(peak) * millionths(shapes[t + 1][column]) : 0n;
        return BigInt(cells[h + 1]) * 1_000_000n - solar;
      });
      const energy = nets.map((net) =>
        Number(((net < 0n ? -net : net) * 900n * 2n + 3_600_000_000n) / 7_200_000_000n),
      );
      expect([...home.importWh]).toEqual(energy.map((wh, t) => (nets[t] > 0n ? wh : 0)));
      expect([...home.exportWh]).toEqual(energy.map((wh, t) => (nets[t] > 0n ? 0 : wh)));
    });
  });
});

describe('a community’s folder', () => {
  let folder: string;
  const write = (files: Partial<Record<keyof typeof COMMUNITY_FILES, string>>): void => {
    const all = {
      loads: 'unix_start,a,b\n1748736000,1000,200\n1748736900,1000,0\n',
      shapes: 'unix_start,roof\n1748736000,0.5\n1748736900,0.0000005\n',
      members: 'household,pv_profile,pv_peak_watts,note\na,roof,3000,\nb,,0,\n',
      ...files,
    };
    for (const [key, content] of Object.entries(all)) {
      writeFileSync(join(folder, COMMUNITY_FILES[key as keyof typeof all]), content);
    }
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gridbook-community-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('tells import from export by the sign of the net power', async () => {
    write({});
    const [a, b] = (await readCommunity(folder)).homes;
    // 1,000 − 3,000 × 0.5 = −500 W, then 1,000 − 3,000 × 0.000001 = 999.997 W, each for a quarter of an hour.
    expect([[...a.importWh], [...a.exportWh], a.pvPeakW]).toEqual([[0, 250], [125, 0], 3_000]);
    expect([[...b.importWh], [...b.exportWh], b.peakLoadW]).toEqual([[50, 0], [0, 0], 200]);
  });

  test.each([
    [
      'a household twice',
      { members: 'household,pv_profile,pv_peak_watts\na,,0\na,,0' },
      'members.csv: line 3',
    ],
    ['a household without a line', { members: 'household,pv_profile,pv_peak_watts\na,,0' }, 'members.csv:'],
    [
      'an unknown shape',
      { members: 'household,pv_profile,pv_peak_watts\na,wall,1\nb,,0' },
      'line 2, column pv_profile',
    ],
    [
      'a load that is no number',
      { loads: 'unix_start,a,b\n1748736000,1,x' },
      'loads-watts.csv: line 2, column b',
    ],
    ['a load beyond all homes', { loads: 'unix_start,a,b\n1748736000,1,100000001' }, 'column b'],
    [
      'a negative figure per unit',
      { shapes: 'unix_start,roof\n1748736000,-0.1' },
      'pv-per-unit.csv: line 2, column roof',
    ],
    ['a gap', { shapes: 'unix_start,roof\n1748736000,0\n1748737800,0' }, 'different instants'],
    [
      'a gap in all files',
      {
        loads: 'unix_start,a,b\n1748736000,1,1\n1748736900,1,1\n1748738700,1,1',
        shapes: 'unix_start,roof\n1748736000,0\n1748736900,0\n1748738700,0',
      },
      'follow one another',
    ],
    ['a cell too few', { loads: 'unix_start,a,b\n1748736000,1' }, 'loads-watts.csv: line 2'],
    ['no figures', { loads: 'unix_start,a,b\n' }, 'no figures'],
  ])('with %s is refused', async (_, files, words) => {
    write(files);
    await expect(readCommunity(folder)).rejects.toThrow(MeterFileError);
    await expect(readCommunity(folder)).rejects.toThrow(words);
  });

  test('that lacks a file is refused, naming it', async () => {
    write({});
    unlinkSync(join(folder, COMMUNITY_FILES.members));
    await expect(readCommunity(folder)).rejects.toThrow('members.csv is missing');
  });
});
