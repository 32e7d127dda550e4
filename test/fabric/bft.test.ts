/** Orderers that agree by BFT: of four, one may fail or lie. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../api/demo/commands.js';
import {
  acceptInvitation,
  adding,
  Administration,
  bringDown,
  bringUp,
  FabricLedger,
  invitationFor,
  Layout,
  networkStatus,
  newOrganisation,
  readDefinition,
  readInvitation,
  readPlan,
  startNetwork,
  type NetworkPlan,
  type Programs,
} from '../../network/fabric/index.js';
import { LOOPBACK } from '../../network/fabric/listen-address.js';
import { BroadcastError } from '../../network/fabric/orderer-client.js';
import { takenByEnough } from '../../network/fabric/orderers.js';
import { encodeBatch } from '../../schema/command.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { compileInto } from '../embedded/compile.js';
import { FAULTS, type Fault } from '../faults/fabric/faults.js';
import { faultRun, type FaultReport } from '../faults/fabric/run.js';
import { runCommand } from './command.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const folder = mkdtempSync(join(tmpdir(), 'gridbook-bft-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a transaction that all orderers are given', () => {
  const took = Promise.resolve();
  const [silent, refused] = [new Error('silent'), new BroadcastError(400, 'no')].map((error) => () => {
    const failed = Promise.reject(error);
    failed.catch(() => undefined);
    return failed;
  });
  const never = new Promise<void>(() => undefined);

  test('is taken once more have it than may lie', async () => {
    await takenByEnough([took, never, took, never]);
    await takenByEnough([took, refused(), took, silent()]);
  });

  test('is taken where those that refuse it may have had it from the one that took it', async () => {
    await takenByEnough([took, refused(), refused(), silent()]);
  });

  test('is refused where more refuse it than may lie, and none took it', async () => {
    const given = takenByEnough([refused(), refused(), silent(), silent()]);
    await expect(given).rejects.toThrow('refused a transaction (400): no');
  });

  test('is given again where too few answer', async () => {
    await expect(takenByEnough([took, silent(), silent(), silent()])).rejects.toThrow('silent');
    await expect(takenByEnough([refused(), silent(), silent(), silent()])).rejects.toThrow('silent');
  });
});

test('fewer than four orderers cannot agree in this way, and nothing is made', async () => {
  const args = ['network', 'up', '--dir', join(folder, 'few'), '--consensus', 'bft', '--orderers', '3'];
  const environment = { HOME: process.env.HOME ?? '' };
  const { code, err } = await runCommand(args, environment);
  expect([code, err]).toEqual([2, expect.stringContaining('Of fewer than 4 orderers bft can spare none')]);
});

const eachKilled: Fault = {
  ...{ name: 'one-away', what: 'each orderer is away in turn: the leader is among them' },
  async inject({ network, load }) {
    for (const orderer of network.orderers) {
      await network.kill(orderer);
      await load.more(20);
      await network.start(orderer);
      await network.healthy();
    }
  },
};
const quorumLost = FAULTS.find(({ name }) => name === 'quorum-lost') as Fault;

onFabric('a BFT network under load', () => {
  let report: FaultReport;
  beforeAll(async () => {
    const program = join(folder, 'program');
    mkdirSync(program);
    const parts = ['schema', 'chaincode', 'network', 'api', 'test/faults/fabric'];
    compileInto(join(import.meta.dirname, '../..'), program, parts);
    report = await faultRun({
      ...{ programs: programs as Programs, peers: 1, basePort: 31_800, all: false, consensus: 'bft' },
      faults: [eachKilled, quorumLost],
      ...{ pauseSeconds: 0, writer: join(program, 'test/faults/fabric/writer.js') },
      progress: () => undefined,
    });
  }, 600_000);

  test('goes on with one orderer away; with two it acknowledges nothing, and goes on when they are back', () => {
    expect(report.rows.map(({ fault, violations }) => [fault, violations])).toEqual([
      ['one-away', []],
      ['quorum-lost', []],
    ]);
    expect(report.acknowledged).toBeGreaterThan(100);
  });
});

onFabric('a BFT network at an address of its own', () => {
  const host = process.platform === 'linux' ? '127.0.0.7' : LOOPBACK;
  const names = ['Brightwater', 'Gridline'] as const;
  const layoutOf = (name: string): Layout => new Layout(join(folder, name));
  const planOf = (name: string): NetworkPlan => readPlan(layoutOf(name)) as NetworkPlan;
  const starting = { programs: programs as Programs, step: () => undefined };
  const up = (): Promise<NetworkPlan> =>
    bringUp({
      ...{ ...starting, folder: layoutOf('Brightwater').root, basePort: 31_900, host },
      ...{ organisations: 1, peers: 1, orderers: 4, consensus: 'bft' },
    });
  beforeAll(async () => {
    await up();
  });
  afterAll(async () => {
    for (const name of names) await bringDown(layoutOf(name), { wipe: true });
  });

  async function register(name: string, participantId: string): Promise<boolean> {
    const ledger = await FabricLedger.open(layoutOf(name).root);
    const args = encodeBatch(name, [commandOf(participantRegister, { participantId })]);
    try {
      return (await ledger.submit({ lane: name, identity: { organisation: name, role: 'HOST' }, args }))
        .valid;
    } finally {
      await ledger.close();
    }
  }
  const health = async (name: string): Promise<unknown[]> =>
    (await networkStatus(layoutOf(name), planOf(name))).map((row) => row.health);

  test('comes up, writes, is looked over, and keeps its consensus', async () => {
    expect(await health('Brightwater')).toEqual(Array(6).fill('ok'));
    expect(await register('Brightwater', 'first')).toBe(true);
    const { root } = layoutOf('Brightwater');
    const status = await runCommand(['network', 'status', '--dir', root, '--json']);
    expect(JSON.parse(status.out)).toMatchObject({ consensus: 'bft' });
    const again = await runCommand(['network', 'up', '--dir', root, '--consensus', 'raft']);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('agree by bft')]);
    const doctor = await runCommand(['network', 'doctor', '--dir', root]);
    expect(doctor.out).toMatch(/^ok +Processes +All 6 run and are well/m);
    // That this version cannot verify it says nothing against the chain.
    const check = await runCommand(['check', '--ledger', 'fabric', '--network', root]);
    expect([check.code, check.err]).toEqual([
      3,
      expect.stringMatching(/^The channel cannot be checked: .*BFT/m),
    ]);
    expect(check.err).not.toContain('✗');
    const more = await runCommand(['network', 'orderer', 'add', '--dir', root]);
    expect([more.code, more.err]).toEqual([1, expect.stringContaining('neither added nor replaced yet')]);
  });

  test('takes an organisation in, which writes through its own gateway', async () => {
    const newcomer = { folder: layoutOf('Gridline').root, name: 'Gridline', role: 'HOST', peers: 1 };
    const definition = await newOrganisation(
      { ...newcomer, basePort: 31_950, host },
      starting.programs.version,
    );
    const given = join(folder, 'given.json');
    writeFileSync(given, JSON.stringify(definition));
    const at = new Administration(layoutOf('Brightwater'), planOf('Brightwater'));
    const { isDone } = await at.propose(adding(await at.config(), readDefinition(given)), 'Gridline');
    at.close();
    expect(isDone).toBe(true);
    const invitation = invitationFor(layoutOf('Brightwater'), planOf('Brightwater'), 'Gridline');
    writeFileSync(given, JSON.stringify(invitation));
    const plan = acceptInvitation(layoutOf('Gridline'), planOf('Gridline'), readInvitation(given));
    await startNetwork(layoutOf('Gridline'), plan, starting);
    expect(await register('Gridline', 'second')).toBe(true);
  });

  test('taken down and up again, goes on where it was', async () => {
    for (const name of names) await bringDown(layoutOf(name), { wipe: false });
    await up();
    await startNetwork(layoutOf('Gridline'), planOf('Gridline'), starting);
    for (const name of names) expect(await register(name, `again-${name}`)).toBe(true);
  });
});
