/** A network's backup: taken while transactions flow, refused where it is not whole, and a network again from it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../api/demo/commands.js';
import {
  backupNetwork,
  bringDown,
  bringUp,
  FabricLedger,
  Layout,
  networkStatus,
  restoreNetwork,
  type NetworkBackup,
  type NetworkPlan,
} from '../../network/fabric/index.js';
import { GridbookError } from '../../schema/errors.js';
import { encodeBatch } from '../../schema/command.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { until } from '../faults/fabric/until.js';
import { gridbook } from '../main/in-process.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const HOST = { organisation: 'Brightwater', role: 'HOST' };

onFabric('a backup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-network-backup-'));
  const layout = new Layout(join(folder, 'network'));
  const backup = join(folder, 'backup');
  const starting = { programs: programs as NonNullable<typeof programs>, step: () => undefined };
  const up = (): Promise<NetworkPlan> =>
    bringUp({
      ...{ ...starting, folder: layout.root, organisations: 3, peers: 1, orderers: 3, basePort: 29_150 },
    });
  let plan: NetworkPlan;
  let made: NetworkBackup;
  /** Header hash of each block that the network had before it was lost. */
  const before: string[] = [];
  let written = 0;

  /** Writes until it is told to end; what a node that is stopped cannot take is given again. */
  async function write(ledger: FabricLedger, isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      const command = commandOf(participantRegister, { participantId: `p${written}` });
      const request = { lane: 'Brightwater', identity: HOST, args: encodeBatch('Brightwater', [command]) };
      try {
        expect(await ledger.submit(request)).toMatchObject({ valid: true });
        written++;
      } catch (error) {
        expect(error).toBeInstanceOf(GridbookError);
      }
    }
  }

  beforeAll(async () => {
    plan = await up();
    const ledger = await FabricLedger.open(layout.root);
    let isDone = false;
    const writing = write(ledger, () => isDone && written > 5);
    made = await backupNetwork(layout, plan, backup, starting).finally(() => (isDone = true));
    await writing;
    for await (const { number, headerHash } of ledger.blocks(0)) {
      before.push(Buffer.from(headerHash).toString('hex'));
      if (number + 1 >= ledger.height()) break;
    }
    await ledger.close();
  });
  afterAll(async () => {
    await bringDown(layout, { wipe: true });
    rmSync(folder, { recursive: true, force: true });
  });

  test('has every node, keeps what is secret for its owner alone, and leaves every process as it was', async () => {
    expect(made.nodes.map(({ name }) => name)).toEqual([
      ...['peer0.Brightwater', 'peer0.Gridline', 'peer0.EnergyOffice'],
      ...['orderer0', 'orderer1', 'orderer2'],
    ]);
    const heights = made.nodes.map(({ height }) => height ?? 0);
    // No peer's copy knows of a block that the orderers' copies lack.
    expect(Math.min(...heights.slice(3))).toBeGreaterThanOrEqual(Math.max(...heights.slice(0, 3)));
    // No orderer's copy knows of more than another's: together they could agree on a block that it has otherwise.
    const agreed = made.files.flatMap(({ path, sha256 }) => {
      const [, orderer, file] = /^data\/Orderers\/(\w+)\/(.+)$/.exec(path) ?? [];
      return orderer === undefined ? [] : [{ orderer, file: `${file} ${sha256}` }];
    });
    const [one, ...others] = ['orderer0', 'orderer1', 'orderer2'].map((name) =>
      agreed.filter(({ orderer }) => orderer === name).map(({ file }) => file),
    );
    expect(one).toEqual(expect.arrayContaining([expect.stringMatching(/^wal\/.+\.wal /)]));
    expect(others).toEqual([one, one]);
    for (const file of readdirSync(backup, { recursive: true, withFileTypes: true })) {
      const mode = statSync(join(file.parentPath, file.name)).mode & 0o777;
      expect([file.name, mode]).toEqual([file.name, file.isDirectory() ? 0o700 : 0o600]);
    }
    expect((await networkStatus(layout, plan)).map(({ health }) => health)).toEqual(Array(9).fill('ok'));
  });

  test('is refused where a file of it is missing, changed or strange, and leaves nothing behind', async () => {
    const hurt = join(folder, 'hurt');
    const into = new Layout(join(folder, 'into'));
    const [key] = made.files.filter(({ path }) => path.endsWith('key.pem'));
    const cases: [RegExp, (path: string) => void][] = [
      [/lacks organisations/, (path) => rmSync(path)],
      [/damaged: organisations/, (path) => appendFileSync(path, ' ')],
      [/damaged: organisations/, (path) => writeFileSync(path, readFileSync(path).fill(0, 40, 41))],
      [/stranger is no part/, (path) => writeFileSync(join(path, '..', 'stranger'), '')],
    ];
    for (const [words, hurting] of cases) {
      cpSync(backup, hurt, { recursive: true });
      hurting(join(hurt, key.path));
      await expect(restoreNetwork(hurt, into)).rejects.toThrow(words);
      expect([existsSync(into.root), existsSync(`${into.root}.partial`)]).toEqual([false, false]);
      rmSync(hurt, { recursive: true });
    }
    await expect(restoreNetwork(join(folder, 'nowhere'), into)).rejects.toThrow(/no backup of a network/);
    await expect(restoreNetwork(backup, layout)).rejects.toThrow(/exists already/);
    await expect(backupNetwork(layout, plan, backup, starting)).rejects.toThrow(/exists already/);
  });

  test('is a network again on a folder that was lost: its blocks, level on every peer, and it goes on', async () => {
    await bringDown(layout, { wipe: true });
    expect(existsSync(layout.root)).toBe(false);
    const restored = await gridbook(['network', 'restore', backup, '--dir', layout.root]);
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('Restored 6 nodes') });
    await up();
    const rows = await networkStatus(layout, plan);
    for (const { name, height } of made.nodes) {
      expect(rows.find((row) => row.name === name)?.height).toBeGreaterThanOrEqual(height ?? Infinity);
    }
    const ledger = await FabricLedger.open(layout.root);
    const highest = Math.max(...made.nodes.map(({ height }) => height ?? 0));
    for await (const { number, headerHash } of ledger.blocks(0)) {
      expect(Buffer.from(headerHash).toString('hex')).toBe(before[number]);
      if (number + 1 >= highest) break;
    }
    const now = written;
    await write(ledger, () => written === now + 1);
    // A command is answered once those that endorsed it have it; the third peer has it a moment later.
    const newest = ledger.height() - 1;
    await until('every peer has it', async () => (await ledger.commitHashes(newest)).length === 3);
    expect(new Set((await ledger.commitHashes(newest)).map(({ hash }) => hash)).size).toBe(1);
    await ledger.close();
    const checked = await gridbook(['check', '--ledger', 'fabric', '--network', layout.root]);
    expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('All of it holds') });
  });
});
