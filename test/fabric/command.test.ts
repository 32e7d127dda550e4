/** The command line on a Fabric network, as an operator uses it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aloneIn, Layout } from '../../network/fabric/index.js';
import { builtProgram } from '../built-program.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const PROGRAM = builtProgram();

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, out, err) => {
      resolve({ code: (error?.code as number | undefined) ?? 0, out, err });
    });
  });

onFabric('gridbook on Fabric', () => {
  let folder: string;
  let dir: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gridbook-command-'));
    dir = join(folder, 'network');
    const { code, err } = await run('network', 'up', '--dir', dir, '--base-port', '22050');
    expect([code, err]).toEqual([0, expect.stringContaining('committed on all of them')]);
  });
  afterAll(async () => {
    await run('network', 'down', '--dir', dir, '--wipe');
    rmSync(folder, { recursive: true, force: true });
  });

  test('the demonstration’s day has the figures that it has on the embedded ledger, once', async () => {
    const onNetwork = ['demo', '--json', '--ledger', 'fabric', '--network', dir];
    const [fabric, embedded] = [await run(...onNetwork), await run('demo', '--json')];
    for (const { code, err } of [fabric, embedded]) expect([code, err]).toEqual([0, expect.anything()]);
    const [here, there] = [fabric, embedded].map(({ out }) => JSON.parse(out) as Record<string, unknown>);
    expect([here.engine, there.engine]).toEqual(['fabric', 'embedded']);
    for (const figure of ['intervals', 'readings', 'importWh', 'exportWh', 'stages', 'members']) {
      expect(here[figure]).toEqual(there[figure]);
    }
    const again = await run(...onNetwork);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('has a community already')]);
  });

  test('status ends with 0 while all is well, and with 1 and the reason where a process is stopped', async () => {
    const well = await run('network', 'status', '--dir', dir, '--json');
    const { processes } = JSON.parse(well.out) as { processes: { lag?: number; health: string }[] };
    expect([well.code, processes.length]).toEqual([0, 9]);
    await run('network', 'stop', '--dir', dir, 'chaincode.Gridline');
    const hurt = await run('network', 'status', '--dir', dir);
    expect([hurt.code, hurt.out]).toEqual([1, expect.stringMatching(/chaincode\.Gridline .*not running/)]);
    expect((await run('network', 'restart', '--dir', dir, 'chaincode.Gridline')).code).toBe(0);
    expect((await run('network', 'logs', '--dir', dir, 'nobody')).code).toBe(2);
  });

  test('one command at a time changes the network; others look at it meanwhile', async () => {
    await aloneIn(new Layout(dir), async () => {
      for (const args of [['stop', 'orderer0'], ['down', '--wipe'], ['up'], ['orderer', 'add']]) {
        const { code, err } = await run('network', ...args, '--dir', dir);
        expect([code, err]).toEqual([3, expect.stringContaining(`changing the network in ${dir}`)]);
      }
      expect(await run('network', 'status', '--dir', dir)).toMatchObject({ code: 0 });
    });
    expect(await run('network', 'up', '--dir', dir)).toMatchObject({ code: 0 });
  });

  test('a network that is there keeps its size', async () => {
    for (const [option, value, said] of [
      ['--orgs', '5', 'has 3 organisations'],
      ['--peers', '2', 'has 1 peer of each'],
      ['--base-port', '22150', 'has its ports from 22050 on'],
      ['--organisation', 'SunCo', 'The first organisation in'],
    ]) {
      const { code, err } = await run('network', 'up', '--dir', dir, option, value);
      expect([code, err]).toEqual([2, expect.stringContaining(said)]);
    }
    expect(await run('network', 'up', '--dir', dir, '--base-port', '22050')).toMatchObject({ code: 0 });
  });

  test('an organisation that is removed leaves the folder too, and what remains is whole', async () => {
    const remove = (name: string): Promise<Ended> => run('network', 'org', 'remove', name, '--dir', dir);
    const here = ['--dir', dir];
    // The first one is whom this folder asks as otherwise.
    for (const name of ['Gridline', 'Brightwater']) {
      const removed = await remove(name);
      expect([removed.code, removed.out]).toEqual([
        0,
        expect.stringContaining(`2 processes of ${name} ended`),
      ]);
      expect(removed.out).toMatch(/: [32] signatures, 2 are enough\.\n/);
      const up = await run('network', 'up', ...here);
      expect([up.code, up.err]).toEqual([0, expect.stringContaining('committed on all of them')]);
      const status = await run('network', 'status', ...here);
      expect([status.code, status.out]).toEqual([0, expect.not.stringContaining(name)]);
    }
    const doctor = await run('network', 'doctor', ...here);
    expect(doctor.out).toMatch(/All 5 run and are well/);
    const backup = join(folder, 'backup');
    expect(await run('network', 'backup', backup, ...here)).toMatchObject({ code: 0 });
    const aside = readdirSync(join(dir, 'aside')).find((name) => name.endsWith('-Gridline'));
    for (const kept of ['organisations', 'data'])
      expect(existsSync(join(dir, 'aside', aside as string, kept, 'Gridline'))).toBe(true);
    expect(await remove('Gridline')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Gridline takes no part in the channel\.\n0 processes/),
    });
  });

  test('the only organisation is not removed: the channel would end with it', async () => {
    const { code, err } = await run('network', 'org', 'remove', 'EnergyOffice', '--dir', dir);
    expect([code, err]).toEqual([1, expect.stringContaining('EnergyOffice is the only organisation')]);
  });

  test('what is not there is said in one sentence', async () => {
    const missing = await run('network', 'status', '--dir', join(folder, 'nothing'));
    expect([missing.code, missing.err]).toEqual([3, expect.stringMatching(/^There is no network in .*\n$/)]);
    const demo = await run('demo', '--ledger', 'fabric', '--network', join(folder, 'nothing'));
    expect([demo.code, demo.err]).toEqual([3, expect.stringContaining('There is no network in')]);
  });
});
