/** `gridbook network sign`: what is signed is what was asked for, or nothing is. */
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { v7 } from 'uuid';
import { offlineBatch } from '../../api/offline/batch.js';
import { OfflineProposal } from '../../network/fabric/offline-bytes.js';
import { OfflineSigner } from '../../network/fabric/offline-signer.js';
import { issue, issueAuthority, type KeyPair } from '../../network/x509/issue.js';
import { encodeBatchEvent } from '../../schema/batch-event.js';
import { ERRORS } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { runCommand, type Ended } from './command.js';
import { endorsementOf } from './wire.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-sign-'));
const from = new Date(Date.now() - 60_000);
const commands = ['one', 'two'].map((participantId) => ({
  participantRegister: { idempotencyKey: v7(), participantId },
}));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const base64 = ({ bytes }: { bytes: Uint8Array }): string => Buffer.from(bytes).toString('base64');

let pair: KeyPair;
let stranger: KeyPair;
let signer: OfflineSigner;
let proposal: OfflineProposal;
beforeAll(async () => {
  const authority = await issueAuthority('SunCo', from);
  const client = { organisation: 'SunCo', commonName: 'c', attributes: { role: 'HOST' } };
  [pair, stranger] = [await issue(authority, client, from), await issue(authority, client, from)];
  signer = OfflineSigner.of('SunCo', new X509Certificate(pair.certificatePem).toString());
  proposal = OfflineProposal.make(signer, offlineBatch('SunCo', commands), Date.now());
  for (const [name, text] of [
    ['cert.pem', pair.certificatePem],
    ['key.pem', pair.keyPem],
    ['other-cert.pem', stranger.certificatePem],
    ['other-key.pem', stranger.keyPem],
    ['request.json', JSON.stringify({ certificate: pair.certificatePem, commands })],
    ['other.json', JSON.stringify({ input: { commands: commands.slice(1) } })],
  ])
    file(name, text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sign(bytes: string, change: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const options = { request: 'request.json', certificate: 'cert.pem', key: 'key.pem', ...change };
  const given = Object.entries(options).filter(([, name]) => name !== '');
  const args = given.flatMap(([option, name]) => [`--${option}`, join(folder, name)]);
  return runCommand(['network', 'sign', file('bytes', bytes), ...args]);
}

describe('what was asked for', () => {
  test('is shown and signed, from the bytes or from the gateway’s answer', async () => {
    const answer = JSON.stringify({
      data: { offlineBatchPrepare: { proposal: { bytes: base64(proposal) } } },
    });
    for (const bytes of [base64(proposal), answer]) {
      const { code, out, err } = await sign(bytes);
      expect([code, err]).toEqual([0, expect.stringContaining('2. participantRegister')]);
      expect(err).toContain(proposal.transactionId);
      const { publicKey } = new X509Certificate(pair.certificatePem);
      expect(verify('sha256', proposal.bytes, publicKey, Buffer.from(out, 'base64'))).toBe(true);
    }
  });

  test('is shown with its digest, where the key is in a device', async () => {
    const { code, out } = await sign(base64(proposal), { key: '' });
    expect([code, out.trim()]).toEqual([0, createHash('sha256').update(proposal.bytes).digest('hex')]);
  });

  test('is shown with what came of it, once it is endorsed', async () => {
    const event = encodeBatchEvent({
      ...{
        lane: 'SunCo',
        leaf: 0,
        ledgerTimeMs: 1,
        eventRoot: '',
        replayed: [],
        events: [],
        accountPages: [],
      },
      refused: [[1, ERRORS.ALREADY_EXISTS.number, 'participantId']],
    });
    const by = { creator: Buffer.from(signer.creator), sign: () => Buffer.from('s') };
    const payload = new common.Payload();
    payload.setHeader(proposal.header);
    payload.setData(proposal.transactionOf([endorsementOf(proposal, by, { event })]).serializeBinary());
    const { code, err } = await sign(base64({ bytes: payload.serializeBinary() }));
    expect([code, err]).toEqual([0, expect.stringContaining('refused: ALREADY_EXISTS')]);
  });
});

describe('anything else is not signed', () => {
  test.each<[string, () => Promise<Ended>, RegExp]>([
    ['another batch', () => sign(base64(proposal), { request: 'other.json' }), /another batch/],
    [
      'a batch of another certificate',
      () => sign(base64(proposal), { certificate: 'other-cert.pem' }),
      /not for this certificate/,
    ],
    ['a batch by a key of another', () => sign(base64(proposal), { key: 'other-key.pem' }), /private key/],
    [
      'a batch of long ago',
      () => sign(base64(proposal.again(Date.now() - LIMITS.preparationMs - 1_000))),
      /more than ten minutes/,
    ],
    ['bytes with something behind them', () => sign(extended()), /no proposal or transaction/],
  ])('%s', async (_, run, why) => {
    const { code, out, err } = await run();
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(why);
  });
  const extended = (): string =>
    base64({ bytes: Buffer.concat([proposal.bytes, Buffer.from('fa3e0141', 'hex')]) });

  test('files that are not of their form are told', async () => {
    expect((await sign('no bytes')).code).toBe(2);
    expect((await sign(base64(proposal), { request: 'cert.pem' })).err).toContain('it is no JSON');
    file('wrong.json', JSON.stringify({ commands: [{ participantRegister: { participantId: 'x' } }] }));
    expect((await sign(base64(proposal), { request: 'wrong.json' })).err).toContain('commands.0');
    expect((await sign(base64(proposal), { key: 'request.json' })).err).toContain(
      'private key cannot be read',
    );
  });
});
