/** A peer begins anew from another one's snapshot; what it lacks then is read from the others. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../api/demo/commands.js';
import {
  bringDown,
  bringUp,
  FabricLedger,
  Layout,
  networkStatus,
  stopNode,
  type NetworkPlan,
} from '../../network/fabric/index.js';
import { encodeBatch } from '../../schema/command.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { until } from '../faults/fabric/until.js';
import { gridbook } from '../main/in-process.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const HOST = { organisation: 'Brightwater', role: 'HOST' };
const PEER = 'peer0.Brightwater';

onFabric('a snapshot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-snapshot-'));
  const layout = new Layout(join(folder, 'network'));
  const output = join(folder, 'snapshot');
  let plan: NetworkPlan;
  const on = (...args: string[]) => gridbook(['network', ...args, '--dir', layout.root]);

  async function register(ledger: FabricLedger, participantId: string): Promise<void> {
    const args = encodeBatch('Brightwater', [commandOf(participantRegister, { participantId })]);
    await ledger.submit({ lane: 'Brightwater', identity: HOST, args });
  }
  /** Numbers of the blocks from the first on. */
  async function numbers(ledger: FabricLedger): Promise<number[]> {
    const found: number[] = [];
    for await (const { number } of ledger.blocks(0)) {
      found.push(number);
      if (number + 1 >= ledger.height()) break;
    }
    return found;
  }

  beforeAll(async () => {
    plan = await bringUp({
      ...{ folder: layout.root, programs: programs as NonNullable<typeof programs> },
      ...{ organisations: 2, peers: 1, orderers: 1, basePort: 29_250, step: () => undefined },
    });
    const ledger = await FabricLedger.open(layout.root);
    for (const name of ['one', 'two', 'three']) await register(ledger, name);
    await ledger.close();
  });
  afterAll(async () => {
    await bringDown(layout, { wipe: true });
    rmSync(folder, { recursive: true, force: true });
  });

  test('is made by a peer that is named, once under its name', async () => {
    const made = await on('snapshot', 'peer0.Gridline', '--output', output, '--json');
    const [{ height }] = (await networkStatus(layout, plan)).flatMap((row) => (row.height ? [row] : []));
    expect([made.code, JSON.parse(made.out)]).toMatchObject([0, { folder: output, height }]);
    expect(await on('snapshot', 'peer0.Gridline', '--output', output)).toMatchObject({
      code: 3,
      err: expect.stringContaining('exists already'),
    });
    expect(await on('snapshot', 'peer9.Gridline')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there are peer0.Brightwater, peer0.Gridline'),
    });
    expect(await on('restore', '--snapshot', folder, '--peer', PEER)).toMatchObject({
      code: 3,
      err: expect.stringContaining('no whole snapshot'),
    });
    expect(await on('restore', '--snapshot', output)).toMatchObject({ code: 2 });
  });

  /** A copy of the snapshot that differs from it. */
  function copied(name: string, file: string, change: (text: string) => string): string {
    const copy = join(folder, name);
    cpSync(output, copy, { recursive: true });
    const path = join(copy, file);
    chmodSync(path, 0o600);
    writeFileSync(path, Buffer.from(change(readFileSync(path, 'latin1')), 'latin1'));
    return copy;
  }

  test('of another network is refused before anything of the peer is touched', async () => {
    const before = (await networkStatus(layout, plan)).find(({ name }) => name === PEER);
    const facts = '_snapshot_signable_metadata.json';
    const other = copied('other', facts, (text) =>
      text.replace(/("last_block_hash": ?)"[0-9a-f]+"/, `$1"${'ab'.repeat(32)}"`),
    );
    const longer = copied('longer', facts, (text) => text.replace(/("last_block_number": ?)\d+/, '$1 9999'));
    for (const each of [other, longer]) {
      const { code, err } = await on('restore', '--snapshot', each, '--peer', PEER);
      expect([code, err]).toEqual([1, expect.stringContaining('of another network')]);
    }
    const after = (await networkStatus(layout, plan)).find(({ name }) => name === PEER);
    expect([after?.pid, after?.health]).toEqual([before?.pid, 'ok']);
  });

  test('that the peer does not take costs it nothing: its old data is put back', async () => {
    const before = (await networkStatus(layout, plan)).find(({ name }) => name === PEER);
    const damaged = copied('damaged', 'public_state.data', (text) => text.slice(0, -1));
    const { code, err } = await on('restore', '--snapshot', damaged, '--peer', PEER);
    expect([code, err]).toEqual([
      3,
      expect.stringMatching(/does not take the snapshot: .+; its old data is put back, and it runs with it/),
    ]);
    const rowNow = async () => (await networkStatus(layout, plan)).find(({ name }) => name === PEER);
    await until('it is there again', async () => (await rowNow())?.health === 'ok');
    expect((await rowNow())?.height).toBe(before?.height);
  });

  test('is refused where a key of it is another one than the blocks give, though its own hashes fit', async () => {
    const before = await FabricLedger.open(layout.root);
    await register(before, 'after the snapshot');
    await before.close();
    const forged = join(folder, 'forged');
    cpSync(output, forged, { recursive: true });
    const edit = (file: string, change: (text: string) => string): string => {
      const path = join(forged, file);
      chmodSync(path, 0o600);
      const changed = Buffer.from(change(readFileSync(path, 'latin1')), 'latin1');
      writeFileSync(path, changed);
      return createHash('sha256').update(changed).digest('hex');
    };
    const state = edit('public_state.data', (text) => text.replaceAll('"three"', '"threE"'));
    const facts = edit('_snapshot_signable_metadata.json', (text) =>
      text.replace(/("public_state\.data": ?)"[0-9a-f]+"/, `$1"${state}"`),
    );
    edit('_snapshot_additional_metadata.json', (text) =>
      text.replace(/("snapshot_hash": ?)"[0-9a-f]+"/, `$1"${facts}"`),
    );
    const { code, err } = await on('restore', '--snapshot', forged, '--peer', PEER);
    expect([code, err]).toEqual([
      3,
      expect.stringContaining('forged or damaged: the blocks of the channel give something else of'),
    ]);
    const rows = await networkStatus(layout, plan);
    expect(rows.find(({ name }) => name === PEER)?.health).toBe('not running');
  });

  test('makes a peer anew: it is level, endorses, and has the others’ state from then on', async () => {
    const restored = await on('restore', '--snapshot', output, '--peer', PEER, '--json');
    const { aside } = JSON.parse(restored.out) as { aside: string };
    expect([restored.code, existsSync(aside)]).toEqual([0, true]);
    // It is followed from what it has: it never gets the blocks before.
    const confirmed = await on('up');
    expect([confirmed.code, confirmed.err]).toEqual([0, expect.stringContaining('committed on all of them')]);
    const ledger = await FabricLedger.open(layout.root);
    await register(ledger, 'four');
    const kept = await ledger.commitHashes(ledger.height() - 1);
    expect(kept.map(({ peer }) => peer)).toEqual([PEER, 'peer0.Gridline']);
    expect(kept[0].hash).toBe(kept[1].hash);
    // Its old blocks come from the other organisation's peer.
    expect(await numbers(ledger)).toEqual(Array.from({ length: ledger.height() }, (_, i) => i));
    await ledger.close();
    const checked = await gridbook(['check', '--ledger', 'fabric', '--network', layout.root]);
    expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('All of it holds') });
  });

  test('where no other peer answers, what is not there any more is said in a sentence', async () => {
    await stopNode(layout, 'peer0.Gridline');
    const exported = await gridbook(['export', 'trades', '--ledger', 'fabric', '--network', layout.root]);
    expect(exported).toMatchObject({ code: 3, err: expect.stringMatching(/has block 0.*from \d+ on\.\n$/) });
  });
});
