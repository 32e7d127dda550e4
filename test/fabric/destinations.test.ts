/** Places that a command is given to make something in: one that takes nothing is said in a sentence, and soon. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aloneIn, Layout, newOrganisation } from '../../network/fabric/index.js';
import { makeFolder } from '../../network/make-folder.js';
import { gridbook } from '../main/in-process.js';

/** In /proc a folder is answered as one whose parent is missing. */
const onLinux = existsSync('/proc/self') ? test : test.skip;
const NOWHERE = '/proc/gridbook/x';
const NOBODY = 65_534;

let folder: string;
let network: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gridbook-destinations-'));
  network = join(folder, 'network');
  const options = { folder: network, name: 'SunCo', role: 'HOST', peers: 1, basePort: 20_050 };
  await newOrganisation(options, 'v3.1.5');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder is made with those above it, and one that is there is left alone', () => {
  const deep = join(folder, 'a', 'b', 'c');
  makeFolder(deep, 0o700);
  makeFolder(deep);
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below')]) expect(() => makeFolder(path)).toThrow();
});

onLinux('a place where no folder can be made is refused, and nothing loops', async () => {
  const said = { code: 3, err: expect.stringMatching(/^\/proc\/gridbook.* \/proc takes no folders\.\n$/) };
  expect(await gridbook(['network', 'up', '--dir', NOWHERE])).toMatchObject(said);
  expect(await gridbook(['network', 'backup', NOWHERE, '--dir', network])).toMatchObject(said);
  const newcomer = ['network', 'org', 'new', '--name', 'Other', '--dir', join(folder, 'other')];
  expect(await gridbook([...newcomer, '--output', `${NOWHERE}.json`])).toMatchObject({
    ...{ code: 3, err: expect.stringContaining('cannot be written: there is no folder /proc/gridbook') },
  });
  expect(existsSync(join(folder, 'other'))).toBe(false);
});

test('who changes the network is named to whoever wants to as well, while it does', async () => {
  const stop = ['network', 'stop', 'peer0.SunCo', '--dir', network];
  await aloneIn(new Layout(network), async () => {
    expect(await gridbook(stop)).toMatchObject({
      ...{ code: 3, err: expect.stringContaining(`in ${network} (pid ${process.pid}): wait until it ends`) },
    });
  });
  expect(await gridbook(stop)).toMatchObject({ code: 0 });
});

test('a folder that belongs to somebody else is said to be so', async () => {
  const theirs = join(folder, 'theirs');
  mkdirSync(theirs);
  chmodSync(theirs, 0o555);
  for (const path of [tmpdir(), folder]) chmodSync(path, statSync(path).mode | 0o055);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    await expect(aloneIn(new Layout(theirs), () => Promise.resolve())).rejects.toMatchObject({
      ...{ code: 'EACCES', path: join(theirs, 'lock') },
    });
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(theirs, 0o755);
  }
});
