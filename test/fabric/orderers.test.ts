/** Orderers that are added and replaced while transactions flow. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consentersOf } from '../../network/fabric/consenters.js';
import {
  addOrderer,
  bringDown,
  bringUp,
  Layout,
  networkStatus,
  readPlan,
  replaceOrderer,
  restartNode,
  stopNode,
  type NetworkPlan,
  type NodeWork,
} from '../../network/fabric/index.js';
import { OrdererAdministration } from '../../network/fabric/orderer-administration.js';
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
  const stopAt =
    (words: string): NodeWork['step'] =>
    (what) => {
      if (what.startsWith(words)) throw new Error('interrupted');
    };
  const certificateOf = (name: string): string =>
    readFileSync(join(layout.organisation('Orderers'), name, 'tls', 'cert.pem'), 'utf8');
  const run = (...args: string[]): Promise<{ code: number; err: string }> =>
    runCommand(['network', 'orderer', ...args, '--dir', folder]);
  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'gridbook-orderers-')), 'network');
    layout = new Layout(folder);
    await bringUp({
      ...{ ...starting, folder, basePort: 29_050 },
      ...{ organisations: 3, peers: 1, orderers: 1 },
    });
  }, PATIENCE_MS);
  afterAll(async () => {
    await bringDown(layout, { wipe: true });
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }, PATIENCE_MS);

  /** Changes orderers under load: then every command stands, and each orderer has a say by the certificate that it has. */
  async function withLoad(change: (load: SteadyLoad) => Promise<void>): Promise<void> {
    const load = await SteadyLoad.start(folder);
    try {
      await load.during(() => change(load));
    } finally {
      await load.stop();
    }
    expect(await load.audit(layout, plan())).toEqual([]);
    const at = new OrdererAdministration(layout, plan());
    const consenters = consentersOf(await at.blocks.config());
    at.close();
    expect(new Set(consenters.map(({ port, certificatePem }) => `${port} ${certificatePem}`))).toEqual(
      new Set(plan().orderers.map(({ name, port }) => `${port} ${certificateOf(name)}`)),
    );
    const rows = await networkStatus(layout, plan());
    expect(rows.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(plan().unfinished).toBeUndefined();
  }

  test(
    'the only orderer is not replaced, and becomes one of three',
    async () => {
      const only = replaceOrderer(work(), 'orderer0');
      await expect(only).rejects.toThrow('orderer0 is the only orderer');
      await withLoad(async () => {
        expect(await addOrderer(work())).toBe('orderer1');
        for (const words of ['keys', 'it has the channel']) {
          const interrupted = addOrderer(work(stopAt(words)), words === 'keys' ? 'west' : undefined);
          await expect(interrupted).rejects.toThrow('interrupted');
          await expect(addOrderer(work(), 'east')).rejects.toThrow('orderers come one at a time');
          await expect(replaceOrderer(work(), 'orderer1')).rejects.toThrow('orderer add` finishes it first');
        }
        expect(await addOrderer(work())).toBe('west');
      });
      expect(plan().orderers.map(({ name }) => name)).toEqual(['orderer0', 'orderer1', 'west']);
    },
    PATIENCE_MS,
  );

  test(
    'the first orderer, which lost its disk, is replaced, also where that was interrupted',
    async () => {
      const before = certificateOf('orderer0');
      await withLoad(async (load) => {
        process.kill(runningPid(layout, 'orderer0') as number, 'SIGKILL');
        rmSync(join(folder, 'data', 'Orderers', 'orderer0'), { recursive: true });
        for (const words of ['orderer0 has no say', 'keys']) {
          const interrupted = replaceOrderer(work(stopAt(words)), 'orderer0');
          await expect(interrupted).rejects.toThrow('interrupted');
        }
        const aside = await replaceOrderer(work(), 'orderer0');
        expect(existsSync(join(aside, 'organisations', 'Orderers', 'orderer0', 'tls', 'key.pem'))).toBe(true);
        // It carries its part: with it the channel does without another one.
        await load.during(() => stopNode(layout, 'orderer1'));
        await restartNode(layout, starting.programs, plan(), 'orderer1');
      });
      expect(certificateOf('orderer0')).not.toBe(before);
    },
    PATIENCE_MS,
  );

  test(
    'what would leave too few to agree is refused, and changes nothing',
    async () => {
      await stopNode(layout, 'orderer1');
      const before = readFileSync(layout.plan, 'utf8');
      const replacing = await run('replace', 'orderer0');
      expect([replacing.code, replacing.err]).toEqual([
        3,
        expect.stringContaining(
          'Of 3 orderers 2 must agree, and without orderer0 1 answers: the channel would stand still; start orderer1 first.',
        ),
      ]);
      const adding = await run('add');
      expect(adding.err).toContain('Of 4 orderers 3 must agree, and now 2 answer');
      expect(readFileSync(layout.plan, 'utf8')).toBe(before);
      await withLoad(async () => {
        await restartNode(layout, starting.programs, plan(), 'orderer1');
      });
    },
    PATIENCE_MS,
  );

  test('what cannot be done is told in a sentence', async () => {
    for (const [args, wanted, sentence] of [
      [['replace', 'orderer9'], 2, 'No orderer of the network is called orderer9; there are orderer0'],
      [['add', '--name', 'orderer0'], 1, 'The name orderer0 is taken'],
      [['add', '--name', 'identities'], 1, 'The name identities is taken'],
    ] as const) {
      const { code, err } = await run(...args);
      expect([code, err]).toEqual([wanted, expect.stringContaining(sentence)]);
    }
  });
});
