/** The doctor: what it finds in a machine, in a folder and in a running network, and what it says to do. */
import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockFinding } from '../../network/fabric/doctor-clock.js';
import { diskFinding, nodeFinding } from '../../network/fabric/doctor-machine.js';
import { processesFinding } from '../../network/fabric/doctor-running.js';
import {
  bringDown,
  bringUp,
  DEFAULT_PLAN,
  diagnose,
  Layout,
  networkStatus,
  restartNode,
  stopNode,
  type Finding,
  type NetworkPlan,
  type ProcessStatus,
  type Programs,
} from '../../network/fabric/index.js';
import { makeKeys, write } from '../../network/fabric/keys.js';
import { makePlan } from '../../network/fabric/plan.js';
import { issue } from '../../network/x509/issue.js';
import { until } from '../faults/fabric/until.js';
import { runCommand } from './command.js';
import { fabricPrograms } from './programs.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = { organisations: 2, peers: 1, orderers: 1, basePort: 31_050 };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const look = (place: string, now = Date.now()): Promise<Finding[]> =>
  diagnose({
    ...{ folder: place, environment: process.env, now },
    node: { version: process.version, least: '20.19' },
    planned: { ...DEFAULT_PLAN, basePort: 31_400 },
  });
const find = async (check: string, place: string, now?: number): Promise<Finding | undefined> =>
  (await look(place, now)).find((finding) => finding.check === check);
const says = (verdict: string, sentence: RegExp): unknown =>
  expect.objectContaining({ verdict, sentence: expect.stringMatching(sentence) });

describe('a machine', () => {
  test('has a Node that is recent enough, or is told which to install', () => {
    const verdicts = ['v20.19.0', 'v20.20.2', 'v22.1.0', 'v20.18.3', 'v18.20.0'].map(
      (version) => nodeFinding(version, '20.19').verdict,
    );
    expect(verdicts).toEqual(['ok', 'ok', 'ok', 'problem', 'problem']);
    expect(nodeFinding('v18.20.0', '20.19')).toEqual(says('problem', /install 20\.19 or newer/));
  });

  test('whose disk is nearly full is warned, and has a problem below 1 GB', () => {
    const GB = 1e9;
    expect(diskFinding({ freeBytes: 20 * GB, totalBytes: 100 * GB }).verdict).toBe('ok');
    expect(diskFinding({ freeBytes: 4 * GB, totalBytes: 100 * GB })).toEqual(says('warning', /Only 4\.0 GB/));
    expect(diskFinding({ freeBytes: 0.9 * GB, totalBytes: 2 * GB })).toEqual(says('problem', /Only 0\.9 GB/));
  });

  test('whose clock is behind what was stamped here is told so', () => {
    const now = Date.UTC(2025, 5, 1);
    const certificates = [{ file: 'a.pem', term: { notBefore: now - 1, notAfter: Infinity } }];
    expect(clockFinding({ now, certificates }).verdict).toBe('ok');
    expect(clockFinding({ now, certificates, lastBlock: now + 1_000 }).verdict).toBe('ok');
    const little = clockFinding({ now, certificates, lastBlock: now + 14 * MINUTE_MS });
    expect(little).toEqual(says('warning', /840 s behind the last block: set the clock/));
    const much = clockFinding({ now, certificates, lastBlock: now + 15 * MINUTE_MS });
    expect(much).toEqual(says('problem', /transactions are refused: set the clock/));
    const early = clockFinding({ now: now - MINUTE_MS, certificates });
    expect(early).toEqual(says('problem', /a\.pem is not valid yet/));
  });

  test('without programs is told how to get them; of two versions in one folder, which differ', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const nothing = { PATH: empty, XDG_CACHE_HOME: empty };
    const missing = await runCommand(['network', 'doctor', '--dir', empty, '--json'], nothing);
    const { ok, checks } = JSON.parse(missing.out) as { ok: boolean; checks: Finding[] };
    expect([missing.code, ok]).toEqual([1, false]);
    expect(checks.find(({ check }) => check === 'Programs')).toEqual(says('problem', /network install/));
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    for (const [name, version] of Object.entries({ peer: '3.1.5', orderer: '3.1.5', configtxgen: '3.1.4' })) {
      writeFileSync(join(mixed, name), `#!/bin/sh\necho " Version: v${version}"\n`);
      chmodSync(join(mixed, name), 0o755);
    }
    const environment = { FABRIC_BIN: mixed, PATH: '/usr/bin:/bin' };
    const told = await runCommand(['network', 'doctor', '--dir', empty], environment);
    expect([told.code, told.out]).toEqual([
      1,
      expect.stringMatching(/^problem +Programs .*configtxgen beside it v3\.1\.4/m),
    ]);
  });

  test('without a network is told how to make one, and which ports it would not get', async () => {
    const place = join(folder, 'none');
    expect(await find('Folder', place)).toEqual(says('ok', /`gridbook network up` makes one/));
    const named = await runCommand(['network', 'doctor', '--dir', place]);
    expect(named.out).toMatch(/^warning +Folder +There is no network in .*none: name its folder with --dir/m);
    expect(await find('Ports', place)).toEqual(says('ok', /31400 to 31420 are free/));
    const server = createServer().listen(31_403, '127.0.0.1');
    await once(server, 'listening');
    expect(await find('Ports', place)).toEqual(says('warning', /in use: 31403; `up` takes the next free/));
    server.close();
  });
});

const DEFINITION = { name: 'gridbook', version: '1', sequence: 1 };

describe('processes', () => {
  const row = (more: Partial<ProcessStatus> & { name: string }): ProcessStatus => ({
    ...{ role: 'peer', organisation: 'A', port: 1, pid: 1, health: 'ok', height: 3, definition: DEFINITION },
    ...more,
  });
  test('that run and are well are counted; that do not run at all are told how to start', () => {
    expect(processesFinding([row({ name: 'a' }), row({ name: 'b' })])).toEqual(says('ok', /All 2/));
    const stopped = row({ name: 'a', pid: undefined, health: 'not running' });
    expect(processesFinding([stopped])).toEqual(says('ok', /`gridbook network up` starts/));
    expect(processesFinding([row({ name: 'b' }), stopped])).toEqual(says('problem', /Not running: a/));
  });

  test('that run and are not well are named with their log', () => {
    for (const unwell of [{ health: 'unhealthy (503)' }, { health: 'does not answer', height: undefined }]) {
      const finding = processesFinding([row({ name: 'b' }), row({ name: 'a', ...unwell })]);
      expect(finding).toEqual(
        says('problem', /^a .*`gridbook network logs a`, then `gridbook network restart a`/),
      );
    }
    // Those that were started, and then the command was interrupted.
    for (const begun of [{ height: undefined }, { definition: undefined }]) {
      const rows = [row({ name: 'b', ...begun }), row({ name: 'a', ...begun })];
      expect(processesFinding(rows)).toEqual(says('problem', /^b .*: `gridbook network up` finishes/));
    }
    const orderer = row({ name: 'o', role: 'orderer', definition: undefined });
    expect(processesFinding([orderer]).verdict).toBe('ok');
  });
});

describe('a folder', () => {
  let place: string;
  let layout: Layout;
  let plan: NetworkPlan;
  beforeEach(async () => {
    place = mkdtempSync(join(folder, 'network-'));
    layout = new Layout(place);
    plan = await makePlan(SMALL, 'v3.1.5');
    write(layout.plan, JSON.stringify(plan));
    await makeKeys(layout, plan);
    write(layout.genesisBlock, 'a block');
  });
  const admin = (): string => join(layout.identity('Gridline', 'admin'), 'msp');

  test('that is whole is well, and so are its keys and certificates', async () => {
    for (const check of ['Folder', 'Keys', 'Certificates', 'Clock', 'Records', 'Ports', 'Processes']) {
      expect([check, await find(check, place)]).toEqual([check, says('ok', /\.$/)]);
    }
  });

  test('that was made by half is told what `up` finishes', async () => {
    write(layout.genesisDraft, '');
    expect(await find('Folder', place)).toEqual(says('warning', /genesis\.new .*remove it/));
    rmSync(layout.genesisBlock);
    expect(await find('Folder', place)).toEqual(says('warning', /first block .*`gridbook network up`/));
    rmSync(join(layout.root, 'organisations'), { recursive: true });
    expect(await find('Folder', place)).toEqual(says('warning', /not made yet: `gridbook network up`/));
  });

  test('that lost what cannot be made again is told so', async () => {
    rmSync(join(admin(), 'keystore', 'key.pem'));
    expect(await find('Folder', place)).toEqual(says('problem', /key of admin of Gridline is lost/));
    rmSync(join(layout.organisation('Brightwater'), 'ca'), { recursive: true });
    expect(await find('Folder', place)).toEqual(says('problem', /authority of Brightwater/));
    writeFileSync(layout.plan, '{"format":');
    expect(await find('Folder', place)).toEqual(says('problem', /no plan/));
    const { code, err } = await runCommand(['network', 'status', '--dir', place]);
    expect([code, err]).toEqual([3, expect.stringContaining('is cut short or damaged')]);
    rmSync(layout.plan);
    expect(await find('Folder', place)).toEqual(says('problem', /keys but no network\.json/));
  });

  test('with a private key that others can read is told which', async () => {
    chmodSync(join(admin(), 'keystore', 'key.pem'), 0o640);
    const { code, out } = await runCommand(['network', 'doctor', '--dir', place]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^problem +Keys +Others can read organisations\/Gridline\/.*key\.pem: set mode 0600/m,
    );
  });

  test('with certificates that end, ended, begin later or are none is told which', async () => {
    const now = Date.now();
    const file = join(admin(), 'signcerts', 'cert.pem');
    const between = async (from: number, to: number): Promise<void> => {
      const subject = { organisation: 'Gridline', commonName: 'admin', unit: 'admin' } as const;
      const ca = join(layout.organisation('Gridline'), 'ca');
      const [certificatePem, keyPem] = ['cert.pem', 'key.pem'].map((name) =>
        readFileSync(join(ca, name), 'utf8'),
      );
      const pair = await issue({ certificatePem, keyPem }, subject, new Date(now + from), new Date(now + to));
      writeFileSync(file, pair.certificatePem);
    };
    await between(-DAY_MS, 31 * DAY_MS);
    expect(await find('Certificates', place)).toEqual(says('ok', /none expires/));
    await between(-DAY_MS, 29 * DAY_MS);
    expect(await find('Certificates', place)).toEqual(
      says('warning', /Within 30 days expires: .*Gridline.*cert\.pem/),
    );
    await between(-2 * DAY_MS, -DAY_MS);
    expect(await find('Certificates', place)).toEqual(says('problem', /Expired: .*Gridline.*renewed/));
    await between(DAY_MS, 100 * DAY_MS);
    expect(await find('Clock', place)).toEqual(says('problem', /not valid yet: set the clock/));
    writeFileSync(file, readFileSync(join(layout.organisation('Brightwater'), 'ca', 'cert.pem')));
    expect(await find('Certificates', place)).toEqual(
      says('problem', /Of another authority .*Gridline.*cert\.pem; bring its own back/),
    );
    writeFileSync(file, 'nothing');
    expect(await find('Certificates', place)).toEqual(says('problem', /holds no certificate/));
  });

  test('with records of processes that have gone is told which', async () => {
    const pid = Number(execFileSync(process.execPath, ['-p', 'process.pid']));
    write(layout.process('orderer0'), JSON.stringify({ pid, startedAt: '1' }));
    write(layout.process('peer0.Gridline'), '{"pid":');
    const finding = await find('Records', place);
    expect(finding).toEqual(says('warning', /^orderer0, peer0\.Gridline ended .*logs orderer0/));
    // Nothing else is disturbed by a record that was cut short.
    expect((await runCommand(['network', 'status', '--dir', place])).out).toMatch(
      /peer0\.Gridline .*not running/,
    );
  });

  test('whose ports another program has is told which process cannot start', async () => {
    const { operationsPort } = plan.organisations[1].peers[0];
    const server = createServer().listen(operationsPort, '127.0.0.1');
    await once(server, 'listening');
    expect(await find('Ports', place)).toEqual(
      says('problem', new RegExp(`port ${operationsPort}, which peer0\\.Gridline needs`)),
    );
    server.close();
  });

  test('whose address this machine no longer has is told so', async () => {
    // Kept for examples: no machine has it.
    write(layout.plan, JSON.stringify({ ...plan, host: '192.0.2.1' }));
    expect(await find('Ports', place)).toEqual(
      says('problem', /no interface with the address 192\.0\.2\.1, at which orderer0 is to listen/),
    );
  });
});

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
onFabric('a network', () => {
  const place = join(folder, 'running');
  const layout = new Layout(place);
  const steps = (): undefined => undefined;
  const up = (): Promise<NetworkPlan> =>
    bringUp({ ...SMALL, basePort: 31_200, folder: place, programs: programs as Programs, step: steps });
  const verdicts = async (): Promise<string[]> =>
    (await look(place)).filter(({ verdict }) => verdict !== 'ok').map(({ check }) => check);
  /** This machine's disk is not what is tested. */
  const sound = async (): Promise<string[]> => (await verdicts()).filter((check) => check !== 'Disk');
  let plan: NetworkPlan;
  beforeAll(async () => {
    plan = await up();
  });
  afterAll(() => bringDown(layout, { wipe: true }));
  afterEach(() => up());

  test('that runs is well, and its last block tells of a clock that was put back', async () => {
    expect(await sound()).toEqual([]);
    expect(await find('Processes', place)).toEqual(says('ok', /All 5 run/));
    expect(await find('Clock', place, Date.now() - 4 * MINUTE_MS)).toEqual(
      says('warning', /behind the last block/),
    );
  });

  test('a process of which was killed has a problem until `up`; one that was stopped leaves no record', async () => {
    const rows = await networkStatus(layout, plan);
    const peer = rows.find(({ name }) => name === 'peer0.Gridline');
    process.kill(peer?.pid as number, 'SIGKILL');
    expect(await sound()).toEqual(['Records', 'Processes']);
    expect(await find('Processes', place)).toEqual(says('problem', /Not running: peer0\.Gridline/));
    await up();
    expect(await sound()).toEqual([]);
    const stopped = await runCommand(['network', 'stop', '--dir', place, 'peer0.Gridline']);
    expect([stopped.code, await sound()]).toEqual([0, ['Processes']]);
  });

  test('a peer of which lost its data is not in the channel until `up`', async () => {
    const [, { peers }] = plan.organisations;
    await stopNode(layout, 'peer0.Gridline');
    rmSync(layout.peer(plan.organisations[1], peers[0]).data, { recursive: true });
    await restartNode(layout, programs as Programs, plan, 'peer0.Gridline');
    const health = async (): Promise<string | undefined> =>
      (await networkStatus(layout, plan)).find(({ name }) => name === 'peer0.Gridline')?.health;
    await until('the peer answers', async () => (await health()) !== 'does not answer');
    const status = await runCommand(['network', 'status', '--dir', place]);
    expect([status.code, status.out]).toEqual([
      1,
      expect.stringMatching(/peer0\.Gridline .*not in the channel/),
    ]);
    expect(await find('Processes', place)).toEqual(
      says('problem', /^Not in the channel: peer0\.Gridline; `gridbook network up`/),
    );
    await up();
    expect(await health()).toBe('ok');
  });

  test('that is down is well, and its files tell of a clock that was put back', async () => {
    await bringDown(layout, { wipe: false });
    expect(await sound()).toEqual([]);
    expect(await find('Processes', place)).toEqual(says('ok', /None runs/));
    expect(await find('Clock', place, Date.now() - 4 * MINUTE_MS)).toEqual(
      says('warning', /behind the last block/),
    );
  });
});
