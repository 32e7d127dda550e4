/** An organisation whose key lies elsewhere gives commands through another's gateway: it prepares, signs and submits. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { issueToken } from '../../api/auth/issue.js';
import { localKey, type LocalKey } from '../../api/auth/keys.js';
import { TokenVerifier } from '../../api/auth/verify.js';
import type { Viewer } from '../../api/auth/viewer.js';
import { commandOf } from '../../api/demo/commands.js';
import { openRunning, type Running } from '../../api/main/composition.js';
import { dataFolderAt } from '../../api/main/data-folder.js';
import { startGateway, type Gateway } from '../../api/server/gateway.js';
import {
  acceptInvitation,
  adding,
  Administration,
  bringDown,
  bringUp,
  invitationFor,
  issueIdentity,
  Layout,
  newOrganisation,
  readPlan,
  revokeIdentity,
  startNetwork,
  type NetworkPlan,
} from '../../network/fabric/index.js';
import { OfflineProposal } from '../../network/fabric/offline-bytes.js';
import { OfflineSigner } from '../../network/fabric/offline-signer.js';
import { encodeBatch } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const BASE_PORT = 28_050;

interface ToSign {
  bytes: string;
  digest: string;
  transactionId: string;
  expiresAt: string;
}
interface Outcome {
  userErrors: { field: string | null; code: string; message: string; retry: string }[];
  proposal: ToSign | null;
  transaction: ToSign | null;
  receipt: { transactionId: string; block: string; height: string } | null;
  results: {
    command: string;
    id: string | null;
    userErrors: { code: string }[];
    receipt: { replayed: boolean };
  }[];
}
interface Answer {
  status: number;
  data?: { result: Outcome | null } | null;
  errors?: { message: string; extensions: { code: string } }[];
}

const TO_SIGN = '{ bytes digest transactionId expiresAt }';
const WHY = 'userErrors { field code message retry }';
const ASKED: Readonly<Record<string, string>> = {
  Prepare: `${WHY} proposal ${TO_SIGN}`,
  Endorse: `${WHY} proposal ${TO_SIGN} transaction ${TO_SIGN}`,
  Submit:
    `${WHY} proposal ${TO_SIGN} receipt { transactionId block position height time } ` +
    'results { command id idempotencyKey userErrors { code } receipt { transactionId block commandIndex replayed } }',
};

onFabric('an organisation that keeps its key', () => {
  let root: string;
  let running: Running;
  let gateway: Gateway;
  let tokens: LocalKey;
  let key: KeyObject;
  let certificate: string;
  let own: string;
  const layoutOf = (name: string): Layout => new Layout(join(root, name));
  const planOf = (name: string): NetworkPlan => readPlan(layoutOf(name)) as NetworkPlan;
  const identity = (name: string): { key: KeyObject; certificate: string } => {
    const folder = join(layoutOf('SunCo').identity('SunCo', name), 'msp');
    return {
      key: createPrivateKey(readFileSync(join(folder, 'keystore', 'key.pem'), 'utf8')),
      certificate: readFileSync(join(folder, 'signcerts', 'cert.pem'), 'utf8'),
    };
  };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'gridbook-offline-'));
    const starting = { programs: programs as NonNullable<typeof programs>, step: () => undefined };
    await bringUp({
      ...{ ...starting, folder: join(root, 'Brightwater'), basePort: BASE_PORT },
      ...{ organisations: 1, peers: 1, orderers: 1 },
    });
    const newcomer = { name: 'SunCo', role: 'HOST', peers: 1, basePort: BASE_PORT + 100 };
    const definition = await newOrganisation(
      { ...newcomer, folder: join(root, 'SunCo') },
      starting.programs.version,
    );
    const at = new Administration(layoutOf('Brightwater'), planOf('Brightwater'));
    await at.propose(adding(await at.config(), definition), 'SunCo');
    at.close();
    const invitation = invitationFor(layoutOf('Brightwater'), planOf('Brightwater'), 'SunCo');
    const plan = acceptInvitation(layoutOf('SunCo'), planOf('SunCo'), invitation);
    await startNetwork(layoutOf('SunCo'), plan, starting);
    await issueIdentity(layoutOf('SunCo'), plan, {
      organisation: 'SunCo',
      name: 'office',
      role: 'REGULATOR',
    });
    ({ key, certificate } = identity('HOST'));
    const folder = dataFolderAt(join(root, 'data'));
    running = await openRunning({
      ...{ folder, databaseUrl: undefined },
      ...{ network: join(root, 'Brightwater'), signThemselves: ['SunCo'] },
    });
    tokens = await localKey(folder.path);
    gateway = await startGateway({
      ...running,
      verifier: await TokenVerifier.open({ localKey: tokens, isProduction: false, isLoopback: true }),
      ...{ host: '127.0.0.1', port: 0, isDevelopment: true, logLevel: 'silent' },
    });
    own = await token({ organisation: 'SunCo', role: 'HOST' });
  });
  afterAll(async () => {
    await gateway?.stop();
    await running?.close();
    for (const name of ['SunCo', 'Brightwater']) await bringDown(layoutOf(name), { wipe: true });
    rmSync(root, { recursive: true, force: true });
  });

  const token = (viewer: Omit<Viewer, 'subject'>): Promise<string> =>
    issueToken(tokens, { subject: 'test', ...viewer }, { lifetimeSeconds: 600 });

  async function ask<T>(bearer: string, query: string, variables: object, headers = {}): Promise<T> {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}`, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) } as T;
  }
  const call = (step: string, input: object, bearer = own): Promise<Answer> =>
    ask(
      bearer,
      `mutation($input: OfflineBatch${step}Input!) { result: offlineBatch${step}(input: $input) { ${ASKED[step]} } }`,
      { input },
    );
  async function outcome(step: string, input: object): Promise<Outcome> {
    const answer = await call(step, input);
    if (!answer.data?.result) throw new Error(JSON.stringify(answer));
    return answer.data.result;
  }

  const register = (participantId: string, idempotencyKey = v7()) => ({
    participantRegister: { idempotencyKey, participantId },
  });
  const signed = ({ bytes }: ToSign, by = key): string =>
    sign('sha256', Buffer.from(bytes, 'base64'), by).toString('base64');
  const prepare = async (...commands: object[]): Promise<ToSign> => {
    const { userErrors, proposal } = await outcome('Prepare', { certificate, commands });
    expect(userErrors).toEqual([]);
    return proposal as ToSign;
  };
  const endorse = (proposal: ToSign, signature = signed(proposal)): Promise<Outcome> =>
    outcome('Endorse', { proposal: proposal.bytes, signature });
  const submit = (transaction: ToSign, signature = signed(transaction)): Promise<Outcome> =>
    outcome('Submit', { transaction: transaction.bytes, signature });
  const endorsed = async (...commands: object[]): Promise<ToSign> => {
    const { userErrors, transaction } = await endorse(await prepare(...commands));
    expect(userErrors).toEqual([]);
    return transaction as ToSign;
  };
  const codes = ({ userErrors }: Outcome): string[] => userErrors.map(({ code }) => code);

  test('gives a batch in three calls, and reads back what became of it', async () => {
    const proposal = await prepare(register('home-1'), register('home-2'));
    expect(proposal.digest).toMatch(/^[0-9a-f]{64}$/);
    const left = Date.parse(proposal.expiresAt) - Date.now();
    expect(left).toBeGreaterThan(LIMITS.preparationMs - 60_000);
    expect(left).toBeLessThanOrEqual(LIMITS.preparationMs);
    const { transaction } = await endorse(proposal);
    expect(transaction?.transactionId).toBe(proposal.transactionId);
    const { userErrors, receipt, results } = await submit(transaction as ToSign);
    expect(userErrors).toEqual([]);
    expect(receipt?.transactionId).toBe(proposal.transactionId);
    expect(results.map((result) => [result.command, result.userErrors, result.receipt.replayed])).toEqual([
      ['participantRegister', [], false],
      ['participantRegister', [], false],
    ]);
    const query =
      'query($id: ID!, $t: String!) { node(id: $id) { ... on Participant { participantId host } } transaction(transactionId: $t) { organisation role lane } }';
    const read = await ask<{ data: object }>(
      own,
      query,
      { id: results[1].id, t: receipt?.transactionId },
      { 'gridbook-min-height': receipt?.height },
    );
    expect(read.data).toEqual({
      node: { participantId: 'home-2', host: 'SunCo' },
      transaction: { organisation: 'SunCo', role: 'HOST', lane: 'SunCo' },
    });
  });

  test('acts for its participants, and learns of each command what became of it', async () => {
    const unit = (await submit(
      await endorsed({
        unitRegister: {
          ...{ idempotencyKey: v7(), unitKind: 'SPARKZ', currency: 'AUD', region: 'r' },
          ceilingMicros: '1000000000000',
        },
      }),
    )) as Outcome;
    const [home] = (await submit(await endorsed(register('payer')))).results;
    const wallet = (participant: string | null) => ({
      accountOpen: {
        ...{ idempotencyKey: v7(), kind: 'WALLET', unit: unit.results[0].id, participant, floorMicros: '0' },
      },
    });
    const opened = await submit(await endorsed(wallet(home.id), wallet(home.id)));
    const [from, to] = opened.results.map(({ id }) => id);
    const transfer = (amountMicros: string) => ({
      actor: home.id,
      sparkzTransfer: { idempotencyKey: v7(), from, to, amountMicros },
    });
    const mint = {
      ...{ idempotencyKey: v7(), unit: unit.results[0].id, to: from },
      ...{ amountMicros: '1000', receiptReference: 'one' },
    };
    const given = await submit(await endorsed({ sparkzMint: mint }, transfer('400'), transfer('700')));
    expect(given.results.map(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual([
      ...[[], []],
      ['INSUFFICIENT_FUNDS'],
    ]);
  });

  test('submits once, however often it says so', async () => {
    const before = running.ledger.height();
    const transaction = await endorsed(register('once'));
    const signature = signed(transaction);
    const both = await Promise.all([submit(transaction, signature), submit(transaction, signature)]);
    const later = await submit(transaction);
    expect([both[0].receipt, both[1], later]).toEqual([expect.anything(), both[0], both[0]]);
    let count = 0;
    for await (const { number, transactions } of running.ledger.blocks(before)) {
      count += transactions.filter(({ lane }) => lane === 'SunCo').length;
      if (number + 1 >= running.ledger.height()) break;
    }
    expect(count).toBe(1);
  });

  test('is answered with the first outcome where a command comes again in another batch', async () => {
    const command = register('again');
    const first = await submit(await endorsed(command));
    const second = await submit(await endorsed(command, register('new')));
    expect(second.results.map(({ receipt }) => receipt.replayed)).toEqual([true, false]);
    expect(second.results[0]).toEqual({
      ...first.results[0],
      receipt: { ...first.results[0].receipt, replayed: true },
    });
  });

  test('signs anew where the lane has changed meanwhile; no other waits for its signature', async () => {
    const [one, two] = [await endorsed(register('first')), await endorsed(register('second'))];
    expect(codes(await submit(two))).toEqual([]);
    const stale = await submit(one);
    expect(stale.userErrors).toMatchObject([{ code: 'STALE_PREPARATION', retry: 'SAME_KEY' }]);
    expect([stale.receipt, stale.results]).toEqual([null, []]);
    expect(codes(await submit(one))).toEqual(['STALE_PREPARATION']);
    const fresh = stale.proposal as ToSign;
    expect(fresh.transactionId).not.toBe(one.transactionId);
    const again = await submit((await endorse(fresh)).transaction as ToSign);
    expect([codes(again), again.results[0].userErrors]).toEqual([[], []]);
  });

  test('is told where its proposal was used before', async () => {
    const used = await prepare(register('used'));
    await submit((await endorse(used)).transaction as ToSign);
    expect(codes(await endorse(used))).toEqual(['PREPARATION_USED']);
  });

  test('has nothing altered that it signed, and nobody sign for it', async () => {
    const proposal = await prepare(register('mine'));
    const altered = (of: ToSign, change: (bytes: Buffer) => void): ToSign => {
      const bytes = Buffer.from(of.bytes, 'base64');
      change(bytes);
      return { ...of, bytes: bytes.toString('base64') };
    };
    const renamed = altered(proposal, (bytes) => void bytes.write('thin', bytes.indexOf('"mine"') + 1));
    expect((await endorse(renamed, signed(proposal))).userErrors).toMatchObject([
      { code: 'SIGNATURE_REFUSED', field: 'signature' },
    ]);
    const cut = altered(proposal, (bytes) => void bytes.fill(0, 0, 8));
    expect((await endorse(cut, signed(cut))).userErrors).toMatchObject([
      { code: 'PREPARATION_REFUSED', field: 'proposal' },
    ]);
    const stranger = identity('office').key;
    expect(codes(await endorse(proposal, signed(proposal, stranger)))).toEqual(['SIGNATURE_REFUSED']);
    const transaction = (await endorse(proposal)).transaction as ToSign;
    const other = altered(transaction, (bytes) => void bytes.write('thin', bytes.indexOf('"mine"') + 1));
    // Whoever has the key may sign what it likes: what its endorsers did not see is refused all the same.
    expect((await submit(other)).userErrors).toMatchObject([
      { code: 'PREPARATION_REFUSED', field: 'transaction' },
    ]);
    expect(codes(await submit(transaction, signed(transaction, stranger)))).toEqual(['SIGNATURE_REFUSED']);
    expect(codes(await submit(transaction))).toEqual([]);
  });

  test('gives no certificate of another role or organisation', async () => {
    const commands = [register('x')];
    const others = [
      identity('office').certificate,
      readFileSync(
        join(layoutOf('Brightwater').identity('Brightwater', 'HOST'), 'msp', 'signcerts', 'cert.pem'),
        'utf8',
      ),
    ];
    for (const other of others) {
      const refused = await outcome('Prepare', { certificate: other, commands });
      expect(refused.userErrors).toMatchObject([{ code: 'CERTIFICATE_REFUSED', field: 'certificate' }]);
    }
  });

  test('gives nothing with a certificate that it has revoked, whatever was endorsed before', async () => {
    const named = { organisation: 'SunCo', name: 'billing' };
    await issueIdentity(layoutOf('SunCo'), planOf('SunCo'), { ...named, role: 'HOST' });
    const billing = identity('billing');
    const give = async (participantId: string) => {
      const input = { certificate: billing.certificate, commands: [register(participantId)] };
      const { proposal } = await outcome('Prepare', input);
      return proposal as ToSign;
    };
    const proposal = await give('billed');
    const { transaction } = await endorse(proposal, signed(proposal, billing.key));
    const height = running.ledger.height();
    await revokeIdentity(layoutOf('SunCo'), planOf('SunCo'), named, new Date());
    // The gateway's peer has the list of revoked certificates too.
    for await (const block of running.ledger.blocks(height)) if (block.number >= height) break;
    const of = transaction as ToSign;
    expect((await submit(of, signed(of, billing.key))).userErrors).toMatchObject([
      { code: 'CERTIFICATE_REFUSED', field: 'transaction' },
    ]);
    const late = await give('billed-later');
    expect(codes(await endorse(late, signed(late, billing.key)))).toEqual(['CERTIFICATE_REFUSED']);
  });

  test('has ten minutes from preparing', async () => {
    const args = encodeBatch('SunCo', [commandOf(participantRegister, { participantId: 'late' })]);
    const authority = readFileSync(join(layoutOf('SunCo').organisation('SunCo'), 'ca', 'cert.pem'), 'utf8');
    const as = { organisation: 'SunCo', role: 'HOST' };
    const signer = OfflineSigner.accept(as, certificate, authority, new Date());
    const old = OfflineProposal.make(signer, args, Date.now() - LIMITS.preparationMs - 1_000);
    const proposal = { ...old, bytes: Buffer.from(old.bytes).toString('base64') } as unknown as ToSign;
    expect((await endorse(proposal)).userErrors).toMatchObject([
      { code: 'PREPARATION_EXPIRED', message: expect.stringContaining('ten minutes') },
    ]);
  });

  test('is refused an ordinary mutation in words, as the gateway does not have its key', async () => {
    const query =
      'mutation($i: ParticipantRegisterInput!) { result: participantRegister(input: $i) { userErrors { code message } receipt { block } } }';
    const give = (bearer: string) =>
      ask<Answer>(bearer, query, { i: { idempotencyKey: v7(), participantId: 'ordinary' } });
    expect((await give(own)).data?.result).toMatchObject({
      userErrors: [{ code: 'SIGNS_ITSELF', message: expect.stringContaining('offlineBatchPrepare') }],
      receipt: null,
    });
    // Others go on as ever.
    const other = await token({ organisation: 'Brightwater', role: 'HOST' });
    expect((await give(other)).data?.result?.userErrors).toEqual([]);
  });

  test('is not to be had by outsiders', async () => {
    const transaction = await endorsed(register('own'));
    const inputs: [string, object][] = [
      ['Prepare', { certificate, commands: [register('theirs')] }],
      ['Endorse', { proposal: (await prepare(register('p'))).bytes, signature: 'AA==' }],
      ['Submit', { transaction: transaction.bytes, signature: signed(transaction) }],
    ];
    const outsiders = [
      await token({ organisation: 'Brightwater', role: 'HOST' }),
      await token({
        ...{ organisation: 'SunCo', role: 'PARTICIPANT' },
        participant: { lane: 'SunCo', number: 1 },
      }),
    ];
    for (const [step, input] of inputs) {
      for (const outsider of outsiders) {
        const { status, errors, data } = await call(step, input, outsider);
        expect([status, errors?.[0].extensions.code, data?.result]).toEqual([403, 'FORBIDDEN', null]);
      }
    }
    // Nor by its own organisation in another role than the certificate's.
    const office = await token({ organisation: 'SunCo', role: 'REGULATOR' });
    expect((await call('Submit', inputs[2][1], office)).errors?.[0].extensions.code).toBe('FORBIDDEN');
  });

  test('may send more at once than others, as its transactions come whole', async () => {
    const large = { proposal: Buffer.alloc(1_000_000).toString('base64'), signature: 'AA==' };
    expect((await outcome('Endorse', large)).userErrors).toMatchObject([{ code: 'PREPARATION_REFUSED' }]);
    const other = await token({ organisation: 'Brightwater', role: 'HOST' });
    expect((await call('Endorse', large, other)).status).toBe(413);
    const pieces = async function* () {
      for (let i = 0; i < 12; i++) yield await Promise.resolve(Buffer.alloc(100_000, 'x'));
    };
    const response = await fetch(gateway.url, {
      ...{ method: 'POST', duplex: 'half', body: pieces() as unknown as ReadableStream },
      headers: { 'content-type': 'application/json', authorization: `Bearer ${other}` },
    } as RequestInit);
    expect(response.status).toBe(413);
  });
});
