/** A new version of the chaincode becomes the channel's while transactions flow; clients of another version are told. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../api/demo/commands.js';
import { Lanes } from '../../api/lanes/lanes.js';
import {
  bringDown,
  bringUp,
  FabricLedger,
  Layout,
  upgradeChaincode,
  type NetworkPlan,
} from '../../network/fabric/index.js';
import { CONTRACT_VERSION } from '../../schema/contract.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;

onFabric('an upgrade of the chaincode', () => {
  let folder: string;
  let plan: NetworkPlan;
  const starting = { programs: programs as NonNullable<typeof programs>, step: () => undefined };
  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'gridbook-upgrade-')), 'network');
    plan = await bringUp({
      ...{ ...starting, folder, basePort: 18_050 },
      ...{ organisations: 3, peers: 1, orderers: 1 },
    });
  });
  afterAll(async () => {
    await bringDown(new Layout(folder), { wipe: true });
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  test('loses no command of a steady load, and is there for whoever asks', async () => {
    const ledger = await FabricLedger.open(folder);
    const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
    let given = 0;
    let isOver = false;
    const outcomes: Promise<unknown>[] = [];
    const load = (async () => {
      while (!isOver) {
        const command = commandOf(participantRegister, { participantId: `p${given++}` });
        const identity = { organisation: 'Brightwater', role: 'HOST' };
        const outcome = lanes.submit({ lane: 'Brightwater', identity, command });
        outcomes.push(outcome.then(({ refusal }) => refusal?.code ?? 'OK'));
        await outcome.catch(() => undefined);
      }
    })();
    const upgraded = await upgradeChaincode(new Layout(folder), plan, { ...starting, version: 'next' });
    expect(upgraded).toEqual({
      definition: { name: 'gridbook', version: 'next', sequence: 2 },
      isCommitted: true,
    });
    const before = given;
    while (given < before + 3) await new Promise((resolve) => setTimeout(resolve, 20));
    isOver = true;
    await load;
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['OK']));
    await lanes.close();
    await ledger.close();
  });

  test('is refused by a client of another version, which names both and what to do', async () => {
    await expect(FabricLedger.open(folder)).rejects.toThrow(
      `runs version next of the chaincode, and this is version ${CONTRACT_VERSION}; \`gridbook network upgrade\``,
    );
    const back = await upgradeChaincode(new Layout(folder), plan, starting);
    expect(back).toMatchObject({ definition: { version: CONTRACT_VERSION, sequence: 3 }, isCommitted: true });
    await (await FabricLedger.open(folder)).close();
  });
});
