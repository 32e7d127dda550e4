/** Peers that are added and replaced while transactions flow. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addPeer,
  bringDown,
  bringUp,
  Layout,
  networkStatus,
  readPlan,
  replacePeer,
  stopNode,
  type NetworkPlan,
  type NodeWork,
} from '../../network/fabric/index.js';
import { runningPid } from '../../network/fabric/processes.js';
import { runCommand } from './command.js';
import { fabricPrograms } from './programs.js';
import { SteadyLoad } from './steady-load.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const PATIENCE_MS = 400_000;

onFabric('while transactions flow', () => {
  let folder: string;
  let layout: Layout;
  const plan = (): NetworkPlan => readPlan(layout) as NetworkPlan;
  const starting = { programs: programs as NonNullable<typeof programs>, step: () => undefined };
  const work = (step: NodeWork['step'] = starting.step): NodeWork => ({
    ...{ ...starting, layout, plan: plan(), step },
  });
  const said = async (): Promise<string[]> => {
    const rows = await networkStatus(layout, plan());
    return rows.flatMap(({ name, role, health, definition }) => {
      if (role !== 'peer') return health === 'ok' ? [] : [`${name}: ${health}`];
      return health === 'ok' && definition
        ? []
        : [`${name}: ${health}, ${definition?.version ?? 'no chaincode'}`];
    });
  };
  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'gridbook-peers-')), 'network');
    layout = new Layout(folder);
    await bringUp({
      ...{ ...starting, folder, basePort: 28_050 },
      ...{ organisations: 3, peers: 1, orderers: 1 },
    });
  }, PATIENCE_MS);
  afterAll(async () => {
    await bringDown(layout, { wipe: true });
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }, PATIENCE_MS);

  /** Changes peers under load: then every command stands on every peer, and all is well. */
  async function withLoad(change: (load: SteadyLoad) => Promise<void>): Promise<void> {
    const load = await SteadyLoad.start(folder);
    try {
      await load.during(() => change(load));
    } finally {
      await load.stop();
    }
    expect(await load.audit(layout, plan())).toEqual([]);
    expect(await said()).toEqual([]);
    expect(plan().unfinished).toBeUndefined();
  }

  test(
    'a peer is added, and the gateway that runs goes on with it when the first one ends',
    async () => {
      await withLoad(async (load) => {
        expect(await addPeer(work(), { organisation: 'Brightwater' })).toBe('peer1.Brightwater');
        await load.during(() => stopNode(layout, 'peer0.Brightwater'));
        await bringUp({ ...starting, folder, organisations: 3, peers: 2, orderers: 1, basePort: 28_050 });
      });
      const ports = plan().organisations.flatMap(({ peers, chaincodePort }) => [
        ...peers.flatMap(({ port, operationsPort }) => [port, operationsPort]),
        chaincodePort,
      ]);
      expect(new Set(ports).size).toBe(ports.length);
    },
    PATIENCE_MS,
  );

  test(
    'a peer whose adding was interrupted is finished by the same command, and no second one is made',
    async () => {
      await withLoad(async () => {
        const interrupted = addPeer(
          work((what) => {
            if (what.startsWith('keys')) throw new Error('interrupted');
          }),
          { organisation: 'Gridline', name: 'spare' },
        );
        await expect(interrupted).rejects.toThrow('interrupted');
        expect(plan().unfinished).toEqual([{ name: 'spare.Gridline' }]);
        await expect(addPeer(work(), { organisation: 'Gridline', name: 'other' })).rejects.toThrow(
          'spare.Gridline was begun and is not finished',
        );
        await expect(replacePeer(work(), 'spare.Gridline')).rejects.toThrow('peer add` finishes it');
        expect(await addPeer(work(), { organisation: 'Gridline' })).toBe('spare.Gridline');
      });
      expect(plan().organisations[1].peers.map(({ name }) => name)).toEqual(['peer0', 'spare']);
    },
    PATIENCE_MS,
  );

  test(
    'the only peer of an organisation that lost its disk and its keys is replaced',
    async () => {
      const name = 'peer0.EnergyOffice';
      const of = (path: string): string => join(layout.organisation('EnergyOffice'), 'peer0', path);
      const key = readFileSync(of('msp/keystore/key.pem'), 'utf8');
      await withLoad(async () => {
        process.kill(runningPid(layout, name) as number, 'SIGKILL');
        rmSync(join(folder, 'data', 'EnergyOffice', 'peer0'), { recursive: true });
        const aside = await replacePeer(work(), name);
        // What was left is kept.
        expect(
          readFileSync(join(aside, 'organisations/EnergyOffice/peer0/msp/keystore/key.pem'), 'utf8'),
        ).toBe(key);
      });
      expect(readFileSync(of('msp/keystore/key.pem'), 'utf8')).not.toBe(key);
    },
    PATIENCE_MS,
  );

  test(
    'a peer of the gateway’s own organisation is replaced, also where that was interrupted',
    async () => {
      await withLoad(async () => {
        const interrupted = replacePeer(
          work((what) => {
            if (what.startsWith('it has')) throw new Error('interrupted');
          }),
          'peer0.Brightwater',
        );
        await expect(interrupted).rejects.toThrow('interrupted');
        const aside = await replacePeer(work(), 'peer0.Brightwater');
        const [data] = readdirSync(join(aside, 'data', 'Brightwater'));
        expect([data, existsSync(join(aside, 'data', 'Brightwater', 'peer0', 'ledgersData'))]).toEqual([
          'peer0',
          true,
        ]);
      });
    },
    PATIENCE_MS,
  );

  test('what cannot be done is told in a sentence', async () => {
    const run = (...args: string[]): Promise<{ code: number; err: string }> =>
      runCommand(['network', 'peer', ...args]);
    const there = ['--dir', folder];
    for (const [args, code, sentence] of [
      [['add', '--org', 'Nobody', ...there], 2, 'The keys of Nobody are not in this folder'],
      [['add', '--org', 'Gridline', '--name', 'spare', ...there], 1, 'The name spare is taken'],
      [['add', '--org', 'Gridline', '--name', 'ca', ...there], 1, 'The name ca is taken'],
      [['add', '--org', 'Gridline', '--name', '../x', ...there], 2, 'of letters, digits and dashes'],
      [['replace', 'peer9.Gridline', ...there], 2, 'No peer of the network is called peer9.Gridline'],
      [['add', '--org', 'Gridline', '--dir', join(folder, 'none')], 3, 'There is no network in'],
    ] as const) {
      const ended = await run(...args);
      expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(sentence)]);
    }
  });
});
