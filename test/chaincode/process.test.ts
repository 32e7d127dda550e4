/** The chaincode's process: it tells of its health and of itself, and ends without leaving anybody without an answer. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTRACT_VERSION, HISTORY_END, PING, RECORDED, STATE, SUBMIT } from '../../schema/contract.js';
import { encodeBatch } from '../../schema/command.js';
import { keyFromUuid } from '../../schema/ids.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { START_MS, uuidAt } from '../scenarios/world.js';
import { HandPeer, type Given } from './hand-peer.js';

const HOST = { organisation: 'Brightwater', role: 'HOST', timeMs: START_MS };
const COMMANDS = 12;
let folder: string;
let peer: HandPeer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gridbook-chaincode-'));
  peer = await HandPeer.start({ folder });
});
afterEach(async () => {
  await peer.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = (...args: string[]): Promise<Awaited<ReturnType<HandPeer['run']>>> =>
  peer.run({ ...HOST, args });
const batch = (): Given => {
  const commands = Array.from({ length: COMMANDS }, (_, i) => ({
    ...{ shape: participantRegister, key: keyFromUuid(uuidAt(START_MS)), actor: 0 },
    args: { participantId: `home-${i}` },
  }));
  return { ...HOST, args: [SUBMIT, encodeBatch('Brightwater', commands)] };
};
const health = async (): Promise<[status: number, told: unknown]> => {
  const answer = await fetch(`http://127.0.0.1:${peer.healthPort}/healthz`);
  return [answer.status, await answer.json()];
};

test('asked to end, it finishes the transaction in hand, takes no other, and ends', async () => {
  await peer.connect();
  const asked = peer.holdBack();
  const answer = peer.run(batch());
  await asked;
  expect(await health()).toEqual([200, { status: 'ok', inHand: 1 }]);
  peer.process.kill('SIGTERM');
  for (let told: unknown; told !== 'ending';) told = ((await health())[1] as { status: string }).status;
  const late = peer.run({ ...HOST, args: [PING] }).catch((error: Error) => error.message);
  peer.goOn();
  const { status, event, writes } = await answer;
  expect([status, event.length > 0, writes.length > 0]).toEqual([200, true, true]);
  expect(await peer.ended()).toBe(0);
  expect(await late).toMatch(/without an answer/);
});

test('asked to end with nothing in hand, it ends', async () => {
  await peer.connect();
  expect((await call(PING)).status).toBe(200);
  peer.process.kill('SIGTERM');
  expect(await peer.ended()).toBe(0);
});

test('a transaction that is never answered holds up its end for some seconds at most', async () => {
  await peer.connect();
  const asked = peer.holdBack();
  const answer = peer.run(batch());
  answer.catch(() => undefined);
  await asked;
  peer.process.kill('SIGTERM');
  expect(await peer.ended()).toBe(1);
  await expect(answer).rejects.toThrow(/without an answer/);
});

test('is well while a peer is connected', async () => {
  await peer.connect();
  expect(await health()).toEqual([503, { status: 'not connected', inHand: 0 }]);
  await call(PING);
  expect(await health()).toEqual([200, { status: 'ok', inHand: 0 }]);
});

test('tells of its functions, and answers what it does not know by a code', async () => {
  await peer.connect();
  const { payload } = await call('org.hyperledger.fabric:GetMetadata');
  const { info, contracts } = JSON.parse(Buffer.from(payload).toString()) as {
    info: { version: string };
    contracts: Record<string, { transactions: { name: string }[] }>;
  };
  expect([info.version, contracts.gridbook.transactions.map(({ name }) => name)]).toEqual([
    CONTRACT_VERSION,
    [SUBMIT, RECORDED, HISTORY_END, STATE, PING],
  ]);
  expect(await call('nothing')).toMatchObject({ status: 500, message: 'UNKNOWN_COMMAND' });
  expect(await call(SUBMIT, '{')).toMatchObject({ status: 500, message: 'MALFORMED_BATCH' });
  expect(await call(STATE, 'no/such/page')).toMatchObject({ status: 200, payload: new Uint8Array(0) });
});
