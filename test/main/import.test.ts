/** `gridbook import`: whose readings, which layouts, and what a revision means. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPORTED_HEADER } from '../../api/metering/exported-csv.js';
import { LONG } from '../metering/files.js';
import { FIRST_MS, gridbook, writeSmallCommunity, type Ended } from './in-process.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-import-'));
const data = join(folder, 'data');
const START = new Date(FIRST_MS).toISOString().replace('.000', '');
const give = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const bring = (file: string, ...args: string[]): Promise<Ended> =>
  gridbook(['import', file, '--data', data, ...args]);
beforeAll(async () => {
  const community = writeSmallCommunity(join(folder, 'community'));
  expect(await gridbook(['demo', '--community', community, '--data', data])).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the provider', () => {
  const height = (): number => statSync(join(data, 'ledger/blocks.bin')).size;
  const reading = (): string => give('one.csv', `${LONG}\nnorth,${START},900,1,2,ACTUAL\n`);

  test.each([
    [['--provider', 'Typo'], /no such provider.*Meterworks/],
    [['--lane', 'Nowhere'], /Nowhere has no connection.*Brightwater/],
  ])('that %j names must be one that the lane knows, or nothing is written', async (args, said) => {
    const [before, organisations] = [height(), readdirSync(join(data, 'ledger/identities')).sort()];
    const { code, err } = await bring(reading(), ...args);
    expect([code, err]).toEqual([3, expect.stringMatching(said)]);
    expect(height()).toBe(before);
    expect(readdirSync(join(data, 'ledger/identities')).sort()).toEqual(organisations);
  });
});

test('readings that are refused are told with the reason', async () => {
  const file = give('stranger.csv', `${LONG}\nstranger,${START},900,1,2,ACTUAL\n`);
  const { code, out } = await bring(file);
  expect([code, out]).toEqual([1, expect.stringContaining('UNKNOWN_METER: 1. The lane has no meter')]);
});

describe('layouts', () => {
  test('what `export readings` writes comes back unchanged, and a figure changed in it is a revision', async () => {
    const exported = join(folder, 'exported.csv');
    expect(await gridbook(['export', 'readings', '--data', data, '--output', exported])).toMatchObject({
      ...{ code: 0, err: expect.stringContaining(`Written: 12 rows of readings to ${exported}\n`) },
    });
    const again = await bring(exported, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ read: 12, unchanged: 12, revised: 0, becameStale: 0 });

    const revised = give('revised.csv', `${LONG}\nsouth,${START},900,777,0,ACTUAL\n`);
    const { out } = await bring(revised);
    expect(out).toMatch(/1 revised/);
    expect(out).toMatch(/1 settled interval is stale.*does not settle an interval a second time/);
    const settled = await gridbook(['settle', '--data', data]);
    expect(settled).toMatchObject({ code: 0, out: expect.stringMatching(/0 intervals settled.*\n.*stale/) });

    const both = (await gridbook(['export', 'readings', '--data', data])).out;
    expect(both.trim().split('\n')).toHaveLength(1 + 13);
    const last = JSON.parse((await bring(give('both.csv', both), '--json')).out) as object;
    expect(last).toMatchObject({ read: 12, unchanged: 12, passedOver: { 'earlier revisions': 1 } });
  });

  test.each([
    ['empty', ''],
    ['noise', Uint8Array.from({ length: 300 }, (_, i) => (i * 151) % 256)],
    ['damaged', 'lane,meter,begin\nBrightwater,north,2025\n'],
  ])(
    'a file of no known form (%s) is refused by its name, with the form that is wanted',
    async (name, content) => {
      const file = give(`${name}.csv`, content);
      const { code, err } = await bring(file);
      expect([code, err]).toEqual([2, expect.stringContaining(file)]);
      expect(err).toContain(name === 'empty' ? 'empty' : LONG);
    },
  );

  test.each([
    ['nem13', '100,NEM13,200506081149,CNRGYMDP,NEMMCO\n900\n', 'it is NEM13'],
    ['a long header alone', `${LONG}\n`, 'has no readings'],
    ['an exported header alone', `${EXPORTED_HEADER.join(',')}\n`, 'has no readings'],
    ['NEM12 without a record', '100,NEM12,200506081149,MDP,RETAILER\n900\n', 'has no readings'],
  ])('%s is refused whole, by its name', async (name, content, said) => {
    const file = give(`${name}.csv`, content);
    const { code, out, err } = await bring(file);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(said)]);
    expect(err).toContain(file);
  });

  test('a folder is told by its name', async () => {
    expect(await bring(folder)).toMatchObject({ code: 3, err: `${folder}: it is a folder.\n` });
  });

  test('counts are told alike, and what was recorded as MISSING', async () => {
    const later = (t: number): string => new Date(FIRST_MS + t * 900_000).toISOString();
    const figures = Array.from({ length: 1_001 }, (_, t) => `${later(t + 96)},${t % 2 === 0 ? '' : t}\n`);
    const wide = give('wide.csv', `time,west\n${figures.join('')}`);
    const options = ['--unit', 'Wh', '--direction', 'import'];
    const first = await bring(wide, ...options);
    expect(first.out).toContain('1,001 readings: 1,001 recorded, 0 revised');
    expect(first.out).toContain('recorded or revised as MISSING: 501');
    expect((await bring(wide, ...options)).out).toContain('1,001 unchanged');
    const exported = `${EXPORTED_HEADER.join(',')}\nBrightwater,west,${later(97)},900,0,9,0,ACTUAL,x\n`;
    const revised = give('again.csv', `${exported}Brightwater,west,${later(97)},900,1,1,0,ACTUAL,x\n`);
    expect((await bring(revised)).out).toContain('passed over, earlier revisions: 1\n');
  });

  test('what is wrong in a known form is told by file, line and column', async () => {
    const file = give('bad.csv', `${LONG}\nnorth,yesterday,900,1,2,ACTUAL\n`);
    const { code, err } = await bring(file);
    expect([code, err]).toEqual([2, expect.stringMatching(/bad\.csv: line 2, column start/)]);
  });

  test('are told by --help', async () => {
    const { out } = await gridbook(['import', '--help']);
    for (const word of [LONG, 'lane,meter,start,duration_seconds', 'nem12', 'wide'])
      expect(out).toContain(word);
  });
});
