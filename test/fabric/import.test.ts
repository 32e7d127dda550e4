/** A chain of the embedded ledger becomes the beginning of a channel, and nothing of a channel that is in use. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../api/demo/commands.js';
import { dataFolderAt, holdFolder } from '../../api/main/data-folder.js';
import { bringDown, bringUp, FabricLedger, Layout } from '../../network/fabric/index.js';
import { encodeBatch } from '../../schema/command.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { gridbook, writeSmallCommunity, type Ended } from '../main/in-process.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const HOST = { organisation: 'Brightwater', role: 'HOST' };

onFabric('a chain of the embedded ledger', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-network-import-'));
  const network = join(folder, 'network');
  const data = join(folder, 'data');
  const other = join(folder, 'other');
  const bring = (from = data): Promise<Ended> =>
    gridbook(['network', 'import', '--data', from, '--dir', network, '--json']);
  const exported = async (...args: string[]): Promise<string> =>
    (await gridbook(['export', 'statements', ...args])).out;

  beforeAll(async () => {
    await bringUp({
      ...{ folder: network, programs: programs as NonNullable<typeof programs>, basePort: 29_350 },
      ...{ organisations: 4, peers: 1, orderers: 1, step: () => undefined },
    });
    const community = writeSmallCommunity(join(folder, 'community'));
    for (const path of [data, other])
      expect(await gridbook(['demo', '--community', community, '--data', path])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await bringDown(new Layout(network), { wipe: true });
    rmSync(folder, { recursive: true, force: true });
  });

  test('of which somebody writes more is not brought along', async () => {
    const lock = await holdFolder(dataFolderAt(data));
    expect(await bring().finally(() => lock.release())).toMatchObject({ code: 3 });
  });

  test('comes to the same state, statements and proofs, and is brought along once', async () => {
    const { code, out } = await bring();
    const told = JSON.parse(out) as { transactions: number; stateDigest: string; lanes: string[] };
    expect([code, told.lanes]).toEqual([0, ['Brightwater']]);
    expect(told.transactions).toBeGreaterThan(5);
    const ledger = await FabricLedger.open(network);
    expect(await ledger.stateDigest()).toBe(told.stateDigest);
    await ledger.close();
    const onNetwork = ['--ledger', 'fabric', '--network', network];
    expect(await exported(...onNetwork)).toBe(await exported('--data', data));
    const check = await gridbook(['check', '--json', ...onNetwork]);
    expect([check.code, JSON.parse(check.out)]).toMatchObject([
      0,
      { ledger: { stateDigest: told.stateDigest } },
    ]);
    const again = await bring();
    expect(JSON.parse(again.out)).toMatchObject({ before: told.transactions });
  });

  test('is refused where another one is there, by the command and by the chaincode', async () => {
    expect(await bring(other)).toMatchObject({ code: 2, err: expect.stringContaining('a new one') });
    const ledger = await FabricLedger.open(network);
    const batch = (participantId: string): Uint8Array =>
      encodeBatch('Brightwater', [commandOf(participantRegister, { participantId })]);
    const late = { lane: 'Brightwater', identity: HOST, args: batch('late') };
    await expect(ledger.bring(late, Date.now() - 1_000)).rejects.toMatchObject({ code: 'WRONG_STATE' });
    // The lane goes on as any other.
    expect(await ledger.submit({ ...late, args: batch('next') })).toMatchObject({ valid: true });
    await ledger.close();
  });
});
