/** A Fabric network of plain processes: up, looked at, hurt, mended, down. On Fabric's own programs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bringDown,
  bringUp,
  findPrograms,
  Layout,
  networkStatus,
  restartNode,
  stopNode,
  type NetworkPlan,
  type ProcessStatus,
  type Programs,
} from '../../network/fabric/index.js';
import { runningPid } from '../../network/fabric/processes.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;

onFabric('a network', () => {
  let folder: string;
  let layout: Layout;
  let plan: NetworkPlan;
  const steps: string[] = [];
  const up = (step = (what: string): unknown => steps.push(what)): Promise<NetworkPlan> =>
    bringUp({
      ...{
        folder,
        programs: programs as Programs,
        organisations: 3,
        peers: 1,
        orderers: 3,
        basePort: 17_050,
      },
      step,
    });
  const status = (): Promise<ProcessStatus[]> => networkStatus(layout, plan);
  const pids = async (): Promise<unknown[]> => (await status()).map(({ name, pid }) => [name, pid]);
  const heights = async (): Promise<number[]> => (await status()).flatMap(({ height }) => height ?? []);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gridbook-fabric-'));
    layout = new Layout(folder);
    plan = await up();
  });
  afterAll(async () => {
    await bringDown(layout, { wipe: true });
  });

  test('comes up with every process well, level, and with its chaincode', async () => {
    expect(steps).toHaveLength(5);
    const rows = await status();
    expect(rows.map(({ role }) => role)).toEqual([
      ...['orderer', 'orderer', 'orderer', 'peer', 'peer', 'peer'],
      ...['chaincode', 'chaincode', 'chaincode'],
    ]);
    expect(new Set(rows.map(({ health }) => health))).toEqual(new Set(['ok']));
    expect(new Set(rows.flatMap(({ definition }) => definition?.sequence ?? []))).toEqual(new Set([1]));
  });

  test('keeps its keys for its owner alone', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    const keys = files.filter((file) => file.name.endsWith('key.pem'));
    expect(keys.length).toBeGreaterThan(20);
    for (const key of keys) expect(statSync(join(key.parentPath, key.name)).mode & 0o777).toBe(0o600);
  });

  test('brought up again, confirms and changes no process', async () => {
    const before = await pids();
    await up();
    expect(await pids()).toEqual(before);
  });

  test('a peer and a chaincode process that were killed are named, and up mends them', async () => {
    const [height] = await heights();
    for (const row of await status()) {
      if (row.organisation === 'Gridline') process.kill(row.pid as number, 'SIGKILL');
    }
    const down = (await status()).filter(({ health }) => health !== 'ok').map(({ name }) => name);
    expect(down).toEqual(['peer0.Gridline', 'chaincode.Gridline']);
    await up();
    const rows = await status();
    expect(rows.filter(({ pid }) => pid === undefined)).toEqual([]);
    expect(Math.min(...(await heights()))).toBeGreaterThan(height);
  });

  test('a chaincode process that ends while the network comes up is named, though a majority would do without', async () => {
    const last = `chaincode.${plan.organisations[2].name}`;
    await bringDown(layout, { wipe: false });
    const killed = up((what) => {
      if (!what.startsWith('chaincode')) return;
      process.kill(runningPid(layout, last) as number, 'SIGKILL');
    });
    await expect(killed).rejects.toThrow(`${last} ended`);
    await up();
    expect(new Set((await status()).map(({ health }) => health))).toEqual(new Set(['ok']));
  });

  test('one process is stopped and started by its name', async () => {
    expect(await stopNode(layout, 'orderer2')).toBe(true);
    expect(await stopNode(layout, 'orderer2')).toBe(false);
    expect((await status()).find(({ name }) => name === 'orderer2')?.health).toBe('not running');
    const pid = await restartNode(layout, programs as Programs, plan, 'orderer2');
    expect((await status()).find(({ name }) => name === 'orderer2')?.pid).toBe(pid);
  });

  test('taken down and up again, goes on where it was', async () => {
    const [height] = await heights();
    expect((await bringDown(layout, { wipe: false })).length).toBe(9);
    expect((await status()).every(({ pid }) => pid === undefined)).toBe(true);
    await up();
    expect((await heights())[0]).toBeGreaterThan(height);
  });
});

describe('Fabric’s programs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-programs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('that are nowhere are told with the places where they were looked for', async () => {
    const missing = findPrograms({ PATH: folder, XDG_CACHE_HOME: folder });
    await expect(missing).rejects.toThrow(/\$FABRIC_BIN.*PATH.*gridbook/);
  });

  test('of another version are refused by name', async () => {
    for (const name of ['peer', 'orderer', 'configtxgen']) {
      writeFileSync(join(folder, name), '#!/bin/sh\necho "peer:\n Version: v2.5.12"\n');
      chmodSync(join(folder, name), 0o755);
    }
    await expect(findPrograms({ FABRIC_BIN: folder, PATH: '/bin:/usr/bin' })).rejects.toThrow(/v2\.5\.12/);
  });
});
