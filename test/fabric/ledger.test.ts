/** The same commands, the same state and the same read model on a Fabric network as on the embedded ledger. */
import { common, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCommunity } from '../../api/demo/generate.js';
import { commandOf } from '../../api/demo/commands.js';
import { runIntervals } from '../../api/demo/run.js';
import { setUpCommunity } from '../../api/demo/set-up.js';
import { Lanes } from '../../api/lanes/lanes.js';
import { readCommunity, type CommunityData } from '../../api/metering/community.js';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import { gridbookChaincode } from '../../chaincode/index.js';
import { StateDigest } from '../../network/embedded/state-digest.js';
import { openGridbookLedger } from '../../network/embedded/index.js';
import {
  bringDown,
  bringUp,
  FabricLedger,
  Layout,
  readPlan,
  restartNode,
  type NetworkPlan,
} from '../../network/fabric/index.js';
import { SUBMIT } from '../../schema/contract.js';
import { CHANNEL } from '../../network/fabric/plan.js';
import { envelopeOf, headerOf } from '../../network/fabric/proposal.js';
import type { CommittedTransaction, Ledger } from '../../network/ledger.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { encodeBatch } from '../../schema/command.js';
import { networkRegister, participantRegister } from '../../schema/trade/registration.js';
import { fabricPrograms } from './programs.js';
import { endorsedByItsMaker, Wire, withId } from './wire.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const HOST = { organisation: 'Brightwater', role: 'HOST' };
const LANE = 'Brightwater';

/** A morning of a few homes, made in the past. */
async function community(folder: string): Promise<CommunityData> {
  const path = join(folder, 'community');
  await writeCommunity(path, {
    ...{ seed: 3, from: Date.UTC(2025, 5, 1, 16), intervals: 96, intervalSeconds: 900, homes: 4 },
    ...{ latitude: -31.95, longitude: 115.86, offsetSeconds: 28_800 },
  });
  return readCommunity(path);
}

/** The community's day on a ledger. */
async function live(ledger: Ledger, data: CommunityData): Promise<void> {
  const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
  const made = await setUpCommunity(lanes, {
    ...{ currency: 'AUD', timeZone: 'Australia/Perth', intervalSeconds: data.intervalSeconds },
    ...{ from: data.start[0], homes: data.homes },
  });
  await runIntervals({ lanes, community: made, data });
  await lanes.close();
}

/** Positions and balances, as a ledger's read model has them. */
async function figures(ledger: Ledger): Promise<object> {
  const database = await Database.open();
  const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
  const projector = await Projector.start({ database, ledger, ledgerId: 'one', ...words });
  await projector.waitFor(ledger.height());
  const positions = await database.db
    .selectFrom('position')
    .selectAll()
    .orderBy('start')
    .orderBy('connection')
    .execute();
  const balances = await database.db
    .selectFrom('account')
    .select(['number', 'balance'])
    .orderBy('number')
    .execute();
  expect(projector.failure).toBeUndefined();
  await projector.stop();
  await database.close();
  return { positions, balances };
}

onFabric('on Fabric', () => {
  let folder: string;
  let ledger: FabricLedger;
  let data: CommunityData;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gridbook-fabric-ledger-'));
    await bringUp({
      ...{ folder: join(folder, 'network'), programs: programs as NonNullable<typeof programs> },
      ...{ organisations: 4, peers: 1, orderers: 1, basePort: 27_050, step: () => undefined },
    });
    ledger = await FabricLedger.open(join(folder, 'network'));
    data = await community(folder);
    await live(ledger, data);
  });
  afterAll(async () => {
    await ledger?.close();
    await bringDown(new Layout(join(folder, 'network')), { wipe: true });
    rmSync(folder, { recursive: true, force: true });
  });

  test('a community’s day comes to the same positions and balances as on the embedded ledger', async () => {
    const embedded = await openGridbookLedger({ directory: join(folder, 'embedded') });
    await live(embedded, data);
    const [here, there] = [await figures(ledger), await figures(embedded)];
    expect(here).toEqual(there);
    expect((here as { positions: unknown[] }).positions).toHaveLength(96 * 4);
    await embedded.close();
  });

  test('its blocks, run through the rules anew, give the same bytes of state and the same events', async () => {
    const chaincode = gridbookChaincode();
    const state = new Map<string, Uint8Array>();
    const height = ledger.height();
    let count = 0;
    for await (const { number, transactions } of ledger.blocks(0)) {
      for (const { transactionId, time, organisation, role, args, event, valid } of transactions) {
        if (!valid) continue;
        const writes = new Map<string, Uint8Array>();
        let emitted: Uint8Array | undefined;
        await chaincode.execute(
          {
            ...{ transactionId, timeMs: time, creator: { organisation, role } },
            getState: (key) => state.get(key),
            putState: (key, value) => void writes.set(key, value),
            setEvent: (payload) => void (emitted = payload),
          },
          args,
        );
        for (const [key, value] of writes) state.set(key, value);
        expect(Buffer.from(emitted ?? []).equals(Buffer.from(event))).toBe(true);
        count++;
      }
      if (number + 1 >= height) break;
    }
    expect(count).toBeGreaterThan(5);
    const digest = new StateDigest();
    for (const key of [...state.keys()].sort()) digest.add(key, state.get(key) as Uint8Array);
    expect(await ledger.stateDigest()).toBe(digest.hex());
    const [key, value] = [...state][0];
    expect(Buffer.from((await ledger.readState(key)) ?? []).equals(Buffer.from(value))).toBe(true);
    expect(await ledger.readState('nothing')).toBeUndefined();
  });

  test('a refused command is told, a repeated one is answered with its first outcome', async () => {
    const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
    const command = commandOf(participantRegister, { participantId: 'once' });
    const [first] = await lanes.submitBatch(LANE, HOST, [command]);
    const [again] = await lanes.submitBatch(LANE, HOST, [command]);
    expect([first.refusal, again.replayed, again.receipt]).toEqual([undefined, true, first.receipt]);
    const [refused] = await lanes.submitBatch(LANE, HOST, [
      commandOf(networkRegister, {
        ...{ networkId: 'n', intervalSeconds: 900, timeZone: 'UTC', priceCapMicrosPerMWh: null },
      }),
    ]);
    expect(refused.refusal).toEqual({ code: 'NOT_AUTHORISED', field: '' });
    await lanes.close();
  });

  test('a copy of a transaction, a forgery and garbage among the envelopes stop nobody', async () => {
    const at = new Wire(join(folder, 'network'));
    const { identity } = at;
    const proposal = at.proposal([
      SUBMIT,
      encodeBatch(LANE, [commandOf(participantRegister, { participantId: 'twice-given' })]),
    ]);
    const envelope = proposal.transaction(await at.endorse(proposal));
    const transactionType = common.HeaderType.ENDORSER_TRANSACTION;
    const headed = (data: Uint8Array): common.Envelope =>
      envelopeOf(identity, headerOf(identity, transactionType, CHANNEL).header, data);
    const given = [
      ...[envelope, envelope],
      // Another's id on it.
      withId(identity, proposal.transactionId),
      // No action in it; no transaction at all.
      ...[headed(new peer.Transaction().serializeBinary()), headed(Buffer.from('garbage'))],
      // Well-formed, endorsed by nobody but its maker; its batch is none.
      ...['garbage', '[1,"\\u0000",[]]'].map((args) => {
        const unendorsed = at.proposal([SUBMIT, Buffer.from(args)]);
        return unendorsed.transaction([endorsedByItsMaker(unendorsed, identity)]);
      }),
    ];
    for (const each of given) await at.orderer.broadcast(each);
    // A later transaction: by then all of them are in blocks.
    const later = encodeBatch(LANE, [commandOf(participantRegister, { participantId: 'later' })]);
    for (let committed = false; !committed;) {
      committed = await ledger.submit({ lane: LANE, identity: HOST, args: later }).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'MVCC_CONFLICT' });
          return false;
        },
      );
    }
    const database = await Database.open();
    const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
    const projector = await Projector.start({ database, ledger, ledgerId: 'one', ...words });
    await projector.waitFor(ledger.height());
    const rows = await database.db
      .selectFrom('transaction')
      .select('valid')
      .where('id', '=', proposal.transactionId)
      .execute();
    expect(rows).toEqual([{ valid: true }]);
    await projector.stop();
    await database.close();
    at.close();
  });

  test('a peer that comes back is followed again: nothing is lost, its height goes on', async () => {
    const layout = new Layout(join(folder, 'network'));
    const plan = readPlan(layout) as NetworkPlan;
    const before = ledger.height();
    const database = await Database.open();
    const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
    const projector = await Projector.start({ database, ledger, ledgerId: 'one', ...words });
    await projector.waitFor(before);
    await restartNode(layout, programs as NonNullable<typeof programs>, plan, 'peer0.Brightwater');
    const args = encodeBatch(LANE, [commandOf(participantRegister, { participantId: 'after' })]);
    let committed: CommittedTransaction | undefined;
    for (let attempt = 0; !committed && attempt < 500; attempt++) {
      committed = await ledger.submit({ lane: LANE, identity: HOST, args }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
        return undefined;
      });
    }
    expect(committed?.valid).toBe(true);
    await projector.waitFor(ledger.height());
    expect([projector.failure, ledger.height() > before]).toEqual([undefined, true]);
    const rows = await database.db
      .selectFrom('participant')
      .selectAll()
      .where('participant_id', '=', 'after')
      .execute();
    expect(rows).toHaveLength(1);
    await projector.stop();
    await database.close();
  });

  test('what the chaincode refuses whole, and who is no part of the network, is told by its code', async () => {
    const args = encodeBatch('Nobody', [commandOf(participantRegister, { participantId: 'x' })]);
    const before = ledger.height();
    await expect(ledger.submit({ lane: 'Nobody', identity: HOST, args })).rejects.toMatchObject({
      code: 'WRONG_LANE',
    });
    await expect(ledger.submit({ lane: LANE, identity: HOST, args: Buffer.from('{') })).rejects.toMatchObject(
      { code: 'MALFORMED_BATCH' },
    );
    const stranger = { organisation: 'Elsewhere', role: 'HOST' };
    await expect(ledger.submit({ lane: 'Elsewhere', identity: stranger, args })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(ledger.height()).toBe(before);
  });
});
