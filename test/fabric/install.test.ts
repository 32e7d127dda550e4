/** Fabric's programs installed from an archive: what comes of a good one, and that nothing comes of any other. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  archiveName,
  findPrograms,
  installPrograms,
  isAllowedAddress,
  platformOf,
} from '../../network/fabric/index.js';
import { MOST_ARCHIVE_BYTES, platformOfProgram, type Platform } from '../../network/fabric/release.js';
import { archiveOf, elf, tarOf, type ArchiveEntry } from './archives.js';
import { runCommand, type Ended } from './command.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const isRelease = programs?.version === 'v3.1.5';
const withPrograms = isRelease ? describe : describe.skip;

const folder = mkdtempSync(join(tmpdir(), 'gridbook-install-'));
const archive = join(folder, 'release.tar.gz');
const machine: Platform = platformOf(process.platform, process.arch);
let made = 0;
/** A cache of its own for each test. */
let home: string;
let cache: string;
beforeEach(() => {
  home = join(folder, `cache-${made++}`);
  cache = join(home, 'gridbook', 'fabric');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const install = (...args: string[]): Promise<Ended> =>
  runCommand(['network', 'install', ...args], { XDG_CACHE_HOME: home, PATH: '/usr/bin:/bin' });
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const filesIn = (place: string): string[] =>
  existsSync(place) ? (readdirSync(place, { recursive: true }) as string[]).sort() : [];
const file = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const NAMES = ['configtxgen', 'orderer', 'peer'];
const INSTALLED = ['v3.1.5', 'v3.1.5/bin', ...NAMES.map((name) => `v3.1.5/bin/${name}`)];
const RECORD = `${archiveName(machine)}.sha256`;

function releaseEntries(): ArchiveEntry[] {
  const bin = dirname(programs?.paths.peer as string);
  return [
    { path: 'bin/', type: 'Directory' },
    ...[...NAMES, 'osnadmin'].map((name) => ({
      path: `bin/${name}`,
      content: name === 'osnadmin' ? Buffer.from('not wanted') : readFileSync(join(bin, name)),
    })),
    { path: 'config/core.yaml', content: Buffer.from('peer:\n') },
  ];
}

withPrograms('the release archive', () => {
  let server: Server;
  let address: string;
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/release.tar.gz': (response) => response.end(readFileSync(archive)),
    '/moved': (response) => response.writeHead(302, { location: '/release.tar.gz' }).end(),
    '/loop': (response) => response.writeHead(301, { location: '/loop' }).end(),
    '/away': (response) => response.writeHead(302, { location: 'http://192.0.2.1/release.tar.gz' }).end(),
    '/huge': (response) =>
      response.writeHead(200, { 'content-length': MOST_ARCHIVE_BYTES + 1 }).write('not all of it'),
    '/cut': (response) => {
      const bytes = readFileSync(archive);
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 100_000), () => response.destroy());
    },
    // Never goes on.
    '/stuck': (response) => response.writeHead(200, { 'content-length': 1_000_000 }).write('a beginning'),
  };
  beforeAll(async () => {
    writeFileSync(archive, archiveOf(releaseEntries()));
    server = createServer(({ url = '' }, response) => {
      if (answers[url]) answers[url](response);
      else response.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  test('is downloaded through a redirect, and three programs of it are installed that Gridbook finds', async () => {
    const { code, out, err } = await install('--url', `${address}/moved`);
    expect([code, err]).toEqual([0, '']);
    const sha256 = sha256Of(readFileSync(archive));
    expect(out).toContain(sha256);
    expect(filesIn(cache)).toEqual([RECORD, ...INSTALLED]);
    expect(readFileSync(join(cache, RECORD), 'utf8')).toBe(`${sha256}  ${archiveName(machine)}\n`);
    for (const name of NAMES) {
      const { mode, uid } = statSync(join(cache, 'v3.1.5/bin', name));
      expect([mode & 0o7777 & ~0o022, uid]).toEqual([0o755, process.getuid?.()]);
    }
    const found = await findPrograms({ XDG_CACHE_HOME: home, PATH: '/usr/bin:/bin' });
    expect(found).toMatchObject({ version: 'v3.1.5', paths: { peer: join(cache, 'v3.1.5/bin/peer') } });

    const again = await install('--from', join(folder, 'never looked at'));
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('installed already')]);

    // Another archive is refused until its hash is confirmed; what is installed stays.
    const other = file('other.tar.gz', archiveOf([{ path: 'bin/peer', content: elf(0x3e) }]));
    const refused = await install('--force', '--from', other);
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/the first one had .*--sha256/)]);
    expect(filesIn(cache)).toEqual([RECORD, ...INSTALLED]);

    // One that is broken is mended without being told to.
    writeFileSync(join(cache, 'v3.1.5/bin/orderer'), 'overwritten');
    const mended = await install('--from', archive, '--sha256', sha256.toUpperCase());
    expect([mended.code, mended.out]).toEqual([0, expect.stringContaining('is installed in')]);
    expect(statSync(join(cache, 'v3.1.5/bin/orderer')).size).toBeGreaterThan(1_000_000);
    expect(filesIn(cache)).toEqual([RECORD, ...INSTALLED]);
  });

  test.each([
    ['/nothing', 3, /answers 404: there is no such archive/],
    ['/loop', 3, /redirects more than 5 times/],
    ['/away', 3, /redirects to http:\/\/192\.0\.2\.1.*not https/],
    ['/huge', 3, /larger than/],
    ['/cut', 3, /ended after \d+ of \d+ bytes; try again/],
  ])(
    'a server that answers as %s is said in a sentence, and leaves nothing',
    async (path, code, sentence) => {
      const ended = await install('--url', `${address}${path}`);
      expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(sentence)]);
      expect(ended.err.trim().split('\n')).toHaveLength(1);
      expect(filesIn(cache)).toEqual([]);
    },
  );

  test('an interrupted download leaves nothing', async () => {
    const interrupt = new AbortController();
    const installing = installPrograms({
      ...{ environment: { XDG_CACHE_HOME: home }, url: new URL(`${address}/stuck`), force: false },
      signal: interrupt.signal,
      progress: (done) => {
        if (done > 0) interrupt.abort();
      },
    });
    await expect(installing).rejects.toThrow(/abort/i);
    expect(filesIn(cache)).toEqual([]);
  });

  test('that was cut short or damaged on disk is refused', async () => {
    const bytes = readFileSync(archive);
    const cut = await install('--from', file('cut.tar.gz', bytes.subarray(0, bytes.length / 2)));
    expect([cut.code, cut.err]).toEqual([1, expect.stringContaining('was cut short')]);
    bytes[Math.floor(bytes.length / 2)] ^= 0xff;
    const damaged = await install('--from', file('damaged.tar.gz', bytes));
    expect([damaged.code, damaged.err]).toEqual([1, expect.stringContaining('is damaged')]);
    const given = await install('--from', archive, '--sha256', sha256Of(bytes));
    expect([given.code, given.err]).toEqual([1, expect.stringContaining('not the one of --sha256')]);
    expect(filesIn(cache)).toEqual([]);
  });

  test('of another version is refused by name', async () => {
    const older = readFileSync(programs?.paths.orderer as string);
    for (let at = older.indexOf('v3.1.5'); at >= 0; at = older.indexOf('v3.1.5', at))
      older.write('v3.1.4', at);
    const entries = NAMES.map((name) => ({
      path: `bin/${name}`,
      content: name === 'peer' ? older : older.subarray(0, 64),
    }));
    const { code, err } = await install('--from', file('older.tar.gz', archiveOf(entries)));
    expect([code, err]).toEqual([1, expect.stringContaining('peer v3.1.4; v3.1.5 is wanted')]);
    expect(filesIn(cache)).toEqual([]);
  });
});

const onAmd64 = machine === 'linux-amd64' ? describe : describe.skip;
onAmd64('an archive that is not the release', () => {
  const whole = (machineCode: number): ArchiveEntry[] =>
    NAMES.map((name) => ({ path: `bin/${name}`, content: elf(machineCode) }));
  const outside = join(folder, 'outside');
  const [peer] = whole(0x3e).filter(({ path }) => path === 'bin/peer');

  const CASES: [string, () => Buffer, RegExp][] = [
    ['a text', () => Buffer.from('Not Found'), /damaged, or is no \.tar\.gz/],
    ['nothing at all', () => Buffer.alloc(0), /cut short|no bin\/peer/],
    ['gzip of something else', () => gzipSync(Buffer.alloc(2_000, 'x')), /damaged/],
    ['a tar that ends within a file', () => gzipSync(tarOf([peer]).subarray(0, 530)), /damaged/],
    ['one without a program', () => archiveOf([peer]), /no bin\/orderer/],
    [
      'programs for another platform',
      () => archiveOf(whole(0xb7)),
      /for linux-arm64; this machine is linux-amd64/,
    ],
    [
      'scripts in place of programs',
      () => archiveOf(NAMES.map((name) => ({ path: `bin/${name}`, content: Buffer.from('#!/bin/sh\n') }))),
      /is no program/,
    ],
    ['programs that do not run', () => archiveOf(whole(0x3e)), /does not run on this machine/],
    ['a program twice', () => archiveOf([peer, peer]), /twice/],
    [
      'a link for a program',
      () => archiveOf([{ path: 'bin/peer', type: 'SymbolicLink', linkpath: '/bin/sh' }]),
      /no plain file/,
    ],
    [
      'a hard link for a program',
      () => archiveOf([{ path: 'bin/peer', type: 'Link', linkpath: '/bin/sh' }]),
      /no plain file/,
    ],
    ['a program of any size', () => archiveOf([{ path: 'bin/peer', size: 4_000_000_000 }]), /too large/],
    [
      'names that lead out of the folder',
      () =>
        archiveOf([
          { path: 'bin', type: 'SymbolicLink', linkpath: outside },
          ...[`${outside}/a`, '../outside/b', '../../../../outside/c', 'bin/../../../outside/d'].map(
            (path) => ({
              ...{ path, content: Buffer.from('evil') },
            }),
          ),
        ]),
      /no bin\/peer/,
    ],
    [
      'a small file that unpacks without end',
      () => {
        const head = gzipSync(tarOf([{ path: 'config/zeros', size: 4_000_000_000 }]));
        const zeros = gzipSync(Buffer.alloc(16_000_000), { level: 1 });
        return Buffer.concat([head, ...Array.from({ length: 64 }, () => zeros)]);
      },
      /unpacks to more than/,
    ],
  ];
  test.each(CASES)('%s is refused, and nothing of it stays', async (name, bytes, sentence) => {
    mkdirSync(outside, { recursive: true });
    const { code, err } = await install('--from', file(`${name}.tar.gz`, bytes()));
    expect([code, err]).toEqual([1, expect.stringMatching(sentence)]);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect([filesIn(cache), filesIn(outside)]).toEqual([[], []]);
  });
});

describe('installing', () => {
  test('from a file that is missing, or is a folder, names it', async () => {
    for (const from of [join(folder, 'missing.tar.gz'), folder]) {
      const { code, err } = await install('--from', from);
      expect([code, err]).toEqual([3, `There is no file ${from}.\n`]);
    }
  });

  test('an address that is not https, a hash that is none, and two sources are wrong usage', async () => {
    for (const args of [
      ['--url', 'http://example.org/release.tar.gz'],
      ['--url', 'ftp://example.org/release.tar.gz'],
      ['--sha256', 'abc'],
      ['--url', 'https://example.org/release.tar.gz', '--from', 'x'],
    ]) {
      expect([args, (await install(...args)).code]).toEqual([args, 2]);
    }
    const allowed = ['https://a.example/x', 'http://127.0.0.1:1/x', 'http://[::1]/x', 'http://localhost/x'];
    const refused = [
      'http://127.0.0.1.example/x',
      'http://localhost.example/x',
      'http://a.example/127.0.0.1',
    ];
    expect(allowed.map((url) => isAllowedAddress(new URL(url)))).toEqual([true, true, true, true]);
    expect(refused.map((url) => isAllowedAddress(new URL(url)))).toEqual([false, false, false]);
  });

  test('what a killed installation left is removed, what another one is doing is not', async () => {
    const ended = Number(execFileSync(process.execPath, ['-p', 'process.pid']));
    const [left, busy] = [join(cache, `.install-${ended}-a`), join(cache, `.install-${process.pid}-b`)];
    for (const place of [left, busy]) mkdirSync(join(place, 'bin'), { recursive: true });
    await install('--from', join(folder, 'missing.tar.gz'));
    expect([existsSync(left), existsSync(busy)]).toEqual([false, true]);
  });

  test('a platform without programs is refused by name, and programs tell theirs', () => {
    expect(() => platformOf('win32', 'x64')).toThrow(/no programs for win32-amd64/);
    expect([platformOf('linux', 'x64'), platformOf('darwin', 'arm64')]).toEqual([
      'linux-amd64',
      'darwin-arm64',
    ]);
    expect([elf(0x3e), elf(0xb7), elf(0x02)].map(platformOfProgram)).toEqual([
      'linux-amd64',
      'linux-arm64',
      undefined,
    ]);
    const mach = Buffer.alloc(32);
    mach.writeUInt32LE(0xfeedfacf, 0);
    mach.writeUInt32LE(0x0100000c, 4);
    expect([platformOfProgram(mach), platformOfProgram(Buffer.alloc(3))]).toEqual([
      'darwin-arm64',
      undefined,
    ]);
  });

  test('programs that are nowhere name the command that installs them', async () => {
    const { code, err } = await runCommand(['network', 'up', '--dir', join(folder, 'network')], {
      ...{ XDG_CACHE_HOME: home, PATH: folder },
    });
    expect([code, err]).toEqual([3, expect.stringContaining('`gridbook network install` puts them there')]);
  });
});
