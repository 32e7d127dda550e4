/** `gridbook rebuild` and `gridbook migrate` beside a running Gridbook, and where there is nothing to work on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../api/readmodel/database.js';
import { lockFolder } from '../../network/embedded/index.js';
import { gridbook, writeSmallCommunity } from './in-process.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-read-model-'));
const data = join(folder, 'data');
const files = (): string[] => readdirSync(join(data, 'readmodel'), { recursive: true }).map(String).sort();
beforeAll(async () => {
  const community = writeSmallCommunity(join(folder, 'community'));
  expect(await gridbook(['demo', '--community', community, '--data', data])).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['rebuild', 'migrate'])('%s touches nothing of a folder that is in use', async (command) => {
  const before = files();
  const lock = await lockFolder(join(data, 'ledger', 'lock'));
  const { code, err } = await gridbook([command, '--data', data]);
  await lock.release();
  expect([code, err]).toEqual([3, expect.stringContaining('The data folder is in use')]);
  expect(files()).toEqual(before);
});

test.each(['rebuild', 'migrate'])('%s makes no folder where there is no ledger', async (command) => {
  const missing = join(folder, 'missing');
  const { code, err } = await gridbook([command, '--data', missing]);
  expect([code, err]).toEqual([3, expect.stringContaining(`There is no ledger in ${missing}`)]);
  expect(existsSync(missing)).toBe(false);
});

test('migrate waits for nobody on the read model of a network, and is refused while that runs', async () => {
  const onNetwork = join(folder, 'on-network');

  await (await Database.open({ directory: join(onNetwork, 'readmodel') })).close();
  expect(await gridbook(['migrate', '--data', onNetwork])).toMatchObject({ code: 0 });
  const lock = await lockFolder(join(onNetwork, 'lock'));
  expect(await gridbook(['migrate', '--data', onNetwork])).toMatchObject({ code: 3 });
  await lock.release();
});

test('rebuild and migrate do their work where nobody is', async () => {
  expect(await gridbook(['rebuild', '--data', data])).toMatchObject({
    code: 0,
    out: expect.stringContaining('content digest'),
  });
  expect(await gridbook(['migrate', '--data', data])).toMatchObject({
    code: 0,
    out: expect.stringContaining('up to date'),
  });
});
