/** What a refused command says, ends with and leaves behind: what cannot be done is told before any work. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localKey } from '../../api/auth/keys.js';
import { showProgress } from '../../api/main/progress.js';
import { Terminal } from '../../api/main/terminal.js';
import { gridbook, writeSmallCommunity } from './in-process.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-refusals-'));
const data = join(folder, 'data');
const community = join(folder, 'community');
const nowhere = join(folder, 'nowhere');
beforeAll(async () => {
  writeSmallCommunity(community);
  expect(await gridbook(['demo', '--community', community, '--data', data])).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that cannot be written is told before any work', () => {
  test('the report of a demo', async () => {
    const kept = join(folder, 'kept');
    const report = join(nowhere, 'x.html');
    const args = ['demo', '--community', community, '--data', kept, '--report', report];
    expect(await gridbook(args)).toMatchObject({ code: 3, err: expect.stringContaining(report) });
    expect(existsSync(kept)).toBe(false);
  });

  // Every write to this device fails, as on a full disk.
  (existsSync('/dev/full') ? test : test.skip)('figures are told where the report then fails', async () => {
    const args = ['demo', '--community', community, '--report', '/dev/full', '--json'];
    const { code, out, err } = await gridbook(args);
    expect([code, err]).toEqual([3, expect.stringContaining('/dev/full')]);
    expect(JSON.parse(out)).toMatchObject({ intervals: 4 });
  });

  test('the output of an export, of a ledger that is damaged too', async () => {
    const damaged = join(folder, 'damaged');
    mkdirSync(join(damaged, 'ledger'), { recursive: true });
    writeFileSync(join(damaged, 'ledger/blocks.bin'), 'no blocks');
    const args = ['export', 'trades', '--data', damaged, '--output', join(nowhere, 'x.csv')];
    expect(await gridbook(args)).toMatchObject({
      code: 3,
      err: expect.stringContaining('cannot be written'),
    });
    const into = ['export', 'trades', '--data', data, '--output', folder];
    expect(await gridbook(into)).toMatchObject({ code: 3, err: expect.stringContaining('it is a folder') });
  });

  test('one that can be is written', async () => {
    const output = join(folder, 'readings.csv');
    expect(await gridbook(['export', 'readings', '--data', data, '--output', output])).toMatchObject({
      code: 0,
    });
    expect(readFileSync(output, 'utf8').trim().split('\n')).toHaveLength(1 + 12);
  });
});

test('a demo whose data has fewer days than were asked for says so, but not to programs', async () => {
  const args = ['demo', '--community', community, '--days', '99'];
  const said = 'The data has only 1 day of the 99 that were asked for.';
  expect(await gridbook(args)).toMatchObject({ code: 0, out: expect.stringContaining(said) });
  const { code, out } = await gridbook([...args, '--json']);
  expect([code, (JSON.parse(out) as { intervals: number }).intervals]).toEqual([0, 4]);
});

test.each(['export trades', 'settle'])(
  '%s of a period that ends before it begins is wrong usage',
  async (words) => {
    for (const to of ['2021-02-19', '2021-02-20']) {
      const args = [...words.split(' '), '--data', data, '--from', '2021-02-20', '--to', to];
      expect(await gridbook(args)).toEqual({
        code: 2,
        out: '',
        err: expect.stringMatching(/--from .* before --to/),
      });
    }
  },
);

test('an export without a row has the header of one with rows', async () => {
  const header = async (...period: string[]): Promise<string[]> =>
    (await gridbook(['export', 'trades', '--data', data, ...period])).out.split('\n');
  const [whole, empty] = [await header(), await header('--from', '2999-01-01')];
  expect([whole.length > 2, empty]).toEqual([true, [whole[0], '']]);
});

describe('what is missing ends with 3', () => {
  test.each([
    ['a community', ['demo', '--community', nowhere], nowhere],
    ['a backup', ['restore', nowhere, '--data', join(folder, 'empty')], `There is no backup in ${nowhere}`],
  ])('%s', async (_, args, words) => {
    expect(await gridbook(args)).toMatchObject({ code: 3, err: expect.stringContaining(words) });
    expect(existsSync(join(folder, 'empty'))).toBe(false);
  });

  test('a backup whose blocks are damaged leaves no folder either', async () => {
    const backup = join(folder, 'backup');
    expect(await gridbook(['backup', backup, '--data', data])).toMatchObject({ code: 0 });
    const blocks = join(backup, 'ledger/blocks.bin');
    const bytes = readFileSync(blocks);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(blocks, bytes);
    const into = join(folder, 'restored');
    expect(await gridbook(['restore', backup, '--data', into])).toMatchObject({ code: 1 });
    expect(existsSync(into)).toBe(false);
  });
});

test('Fabric’s programs are not taken from elsewhere where $FABRIC_BIN names a folder without them', async () => {
  const dir = join(folder, 'network');
  const { code, err } = await gridbook(['network', 'up', '--dir', dir], { FABRIC_BIN: nowhere });
  // Where it was brought up all the same, no process stays behind.
  if (code === 0 || existsSync(dir)) await gridbook(['network', 'down', '--dir', dir]);
  expect([code, err]).toEqual([3, expect.stringContaining('FABRIC_BIN')]);
  expect(existsSync(dir)).toBe(false);
});

test('a start off loopback makes no keys and moves no folder aside', async () => {
  const fresh = join(folder, 'off-loopback');
  const args = ['start', '--host', '0.0.0.0', '--port', '0', '--fresh'];
  expect(await gridbook([...args, '--data', fresh])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/loopback/),
  });
  expect(existsSync(fresh)).toBe(false);
  await gridbook([...args, '--data', data]);
  expect(existsSync(join(data, 'ledger'))).toBe(true);
});

test('the folder of an embedded ledger is no place for what is read from a network', async () => {
  const args = ['start', '--ledger', 'fabric', '--port', '0', '--data', data, '--network', nowhere];
  const { code, err } = await gridbook(args);
  expect([code, err]).toEqual([2, expect.stringContaining('another folder with --data')]);
});

describe('token', () => {
  const token = ['token', '--data', data, '--organisation'];
  test('the role of a participant wants one, and only it', async () => {
    const without = await gridbook([...token, 'Brightwater', '--role', 'PARTICIPANT']);
    expect([without.code, without.err]).toEqual([
      2,
      expect.stringContaining('PARTICIPANT wants --participant'),
    ]);
    const beside = await gridbook([...token, 'Brightwater', '--role', 'HOST', '--participant', 'north']);
    expect([beside.code, beside.err]).toEqual([2, expect.stringContaining('not with HOST')]);
  });

  test('an organisation that the ledger does not know is told', async () => {
    const stranger = await gridbook([...token, 'Nobody', '--role', 'HOST']);
    expect(stranger.err).toMatch(/no organisation Nobody.*Brightwater/);
    expect(stranger.err).not.toContain('GridbookNode');
    expect((await gridbook([...token, 'Brightwater', '--role', 'HOST'])).err).toBe('');
  });
});

describe('bench', () => {
  test('--help names what each measures; an id that is none ends with 2 and the ids', async () => {
    const { out } = await gridbook(['bench', '--help']);
    for (const id of ['P1', 'P4', 'P13'])
      expect(out).toMatch(new RegExp(`^  ${id} +(embedded|fabric) `, 'm'));
    const { code, err } = await gridbook(['bench', '--only', 'P4,P99']);
    expect([code, err]).toEqual([2, expect.stringMatching(/P99.*P4, P6, P7, P10, P11/)]);
    expect(await gridbook(['bench', '--only', 'P1'])).toMatchObject({ code: 2 });
  });
});

test('a token of an organisation is made with the keys of a folder whose ledger is a network’s channel', async () => {
  const of = join(folder, 'of-network');
  const args = ['token', '--organisation', 'SunCo', '--data', of, '--role'];
  expect(await gridbook([...args, 'HOST'])).toMatchObject({ code: 3, out: '' });
  await localKey(of);
  expect(await gridbook([...args, 'HOST'])).toMatchObject({ code: 0, err: '' });
  const participant = await gridbook([...args, 'PARTICIPANT', '--participant', 'home']);
  expect(participant).toMatchObject({ code: 3, err: expect.stringContaining('no ledger') });
});

test('organisations sign for themselves on a Fabric network only, under names that are some', async () => {
  for (const [args, environment, why] of [
    [['--offline', 'SunCo'], {}, 'add --ledger fabric'],
    [[], { GRIDBOOK_OFFLINE: 'SunCo' }, 'add --ledger fabric'],
    [['--ledger', 'fabric', '--offline', 'Sun Co'], {}, '--offline must be names'],
    [[], { GRIDBOOK_OFFLINE: 'SunCo,' }, 'GRIDBOOK_OFFLINE must be names'],
  ] as const) {
    const ended = await gridbook(['start', '--data', nowhere, ...args], environment);
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining(why) });
    expect(existsSync(nowhere)).toBe(false);
  }
});

test('help is wrapped once: no line of a description is short but its last', async () => {
  for (const command of ['start', 'demo', 'check', 'backup', 'import']) {
    const { out } = await gridbook([command, '--help']);
    const description = out.split('\n\n')[1].split('\n');
    for (const line of description.slice(0, -1)) expect([command, line.length > 80]).toEqual([command, true]);
  }
});

test('progress off a terminal ends with a line of how far it came', () => {
  const lines: string[] = [];
  const sink = { write: (text: string) => lines.push(text) };
  let now = 0;
  const clock = performance.now.bind(performance);
  performance.now = () => now;
  try {
    const progress = showProgress(new Terminal(sink, sink, {}), 'Settling', 'intervals');
    progress.update(1, 8);
    now += 4_000;
    progress.update(4, 8);
    now += 4_000;
    // What stands still is not told twice.
    progress.update(4, 8);
    progress.update(8, 8);
    progress.end();
    progress.end();
  } finally {
    performance.now = clock;
  }
  expect(lines).toEqual(['Settling: 4 of 8 intervals\n', 'Settling: 8 of 8 intervals\n']);
});
