/** What is signed elsewhere, without a network: what stands in the bytes, and whose signature is taken. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { commandOf } from '../../api/demo/commands.js';
import { OfflineProposal, OfflineTransaction } from '../../network/fabric/offline-bytes.js';
import { OfflineSigner } from '../../network/fabric/offline-signer.js';
import { momentOf, UnsignedProposal } from '../../network/fabric/proposal.js';
import { issue, issueAuthority, type KeyPair } from '../../network/x509/issue.js';
import { encodeBatch } from '../../schema/command.js';
import { SUBMIT } from '../../schema/contract.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { endorsementOf } from './wire.js';

const NOW = Date.UTC(2026, 0, 1);
const HOST = { organisation: 'SunCo', role: 'HOST' };
const args = Buffer.from(encodeBatch('SunCo', [commandOf(participantRegister, { participantId: 'p' })]));
const refused = (code: string) => expect.objectContaining({ code });

let authority: KeyPair;
let pair: KeyPair;
let key: KeyObject;
let signer: OfflineSigner;
beforeAll(async () => {
  authority = await issueAuthority('SunCo', new Date(NOW));
  pair = await client(authority, 'HOST', NOW);
  key = createPrivateKey(pair.keyPem);
  signer = OfflineSigner.accept(HOST, pair.certificatePem, authority.certificatePem, new Date(NOW + 1));
});

const client = (by: KeyPair, role: string, from: number): Promise<KeyPair> =>
  issue(by, { organisation: 'SunCo', commonName: 'c', unit: 'client', attributes: { role } }, new Date(from));

describe('a proposal', () => {
  test('says who made it, when, and which batch', () => {
    const { bytes, transactionId } = OfflineProposal.make(signer, args, NOW + 5);
    const read = OfflineProposal.read(bytes);
    expect(read).toMatchObject({ transactionId, time: NOW + 5 });
    expect([read.signer.organisation, read.signer.role]).toEqual(['SunCo', 'HOST']);
    expect(Buffer.from(read.args).equals(args)).toBe(true);
  });

  test('made again has the same batch under another id', () => {
    const first = OfflineProposal.make(signer, args, NOW);
    const second = OfflineProposal.read(first.again(NOW + 9).bytes);
    expect(second.transactionId).not.toBe(first.transactionId);
    expect([second.time, Buffer.from(second.args).equals(args)]).toEqual([NOW + 9, true]);
  });

  test('of which any byte is another is refused, or is seen to be another', () => {
    const made = OfflineProposal.make(signer, args, NOW);
    const seen = (of: OfflineProposal) =>
      [of.transactionId, of.time, of.signer.organisation, Buffer.from(of.args).toString('hex')].join();
    for (let at = 0; at < made.bytes.length; at++) {
      const bytes = Buffer.from(made.bytes);
      bytes[at] ^= 1;
      try {
        expect(seen(OfflineProposal.read(bytes))).not.toBe(seen(made));
      } catch (error) {
        expect(error).toEqual(refused('PREPARATION_REFUSED'));
      }
    }
  });

  test.each<[string, () => Uint8Array]>([
    ['two payloads, of which readers may take either', () => Buffer.concat([proposal(), secondPayload()])],
    ['an unknown field behind it', () => Buffer.concat([proposal(), Buffer.from('fa3e0141', 'hex')])],
    ['data that no block shows', () => withTransient(proposal())],
    ['another channel', () => invoking({ channel: 'other' })],
    ['another chaincode', () => invoking({ chaincode: '_lifecycle' })],
    ['another function', () => invoking({ args: ['state', args] })],
    ['one argument more', () => invoking({ args: [SUBMIT, args, 'x'] })],
    ['nothing', () => new Uint8Array(0)],
    ['garbage', () => Buffer.from('garbage')],
  ])('with %s is refused', (_, make) => {
    expect(() => OfflineProposal.read(make())).toThrow(refused('PREPARATION_REFUSED'));
  });

  const proposal = () => OfflineProposal.make(signer, args, NOW).bytes;
  const secondPayload = (): Uint8Array => {
    const payload = OfflineProposal.make(signer, Buffer.from('[1,"Other",[]]'), NOW).payload;
    const other = new peer.Proposal();
    other.setPayload(payload);
    return other.serializeBinary();
  };
  const withTransient = (bytes: Uint8Array): Uint8Array => {
    const given = peer.Proposal.deserializeBinary(bytes);
    const payload = peer.ChaincodeProposalPayload.deserializeBinary(given.getPayload_asU8());
    payload.getTransientmapMap().set('hidden', Buffer.from('x'));
    given.setPayload(payload.serializeBinary());
    return given.serializeBinary();
  };
  const invoking = (change: object): Uint8Array => {
    const usual = { channel: 'energy', chaincode: 'gridbook', args: [SUBMIT, args] };
    return new UnsignedProposal(signer, { ...usual, ...change }, momentOf(NOW)).bytes;
  };
});

describe('a transaction', () => {
  test('is the one of its proposal, and of no other batch', () => {
    const made = OfflineProposal.make(signer, args, NOW);
    const read = OfflineTransaction.read(payload(made));
    expect(read.endorsedBy).toEqual(['SunCo']);
    expect(Buffer.from(read.proposal.bytes).equals(Buffer.from(made.bytes))).toBe(true);
  });

  test.each<[string, (made: OfflineProposal) => Uint8Array]>([
    ['whose batch was exchanged', (made) => payload(made, made.again(NOW), 'input')],
    ['whose batch its endorsers did not see', (made) => payload(made, other())],
    ['whose header was exchanged', (made) => payload(made, made.again(NOW), 'header')],
    ['with something behind it', (made) => Buffer.concat([payload(made), Buffer.from('fa3e0141', 'hex')])],
    ['that is a proposal', (made) => made.bytes],
  ])('%s is refused', (_, make) => {
    const made = OfflineProposal.make(signer, args, NOW);
    expect(() => OfflineTransaction.read(make(made))).toThrow(refused('PREPARATION_REFUSED'));
  });

  const other = () => OfflineProposal.make(signer, Buffer.from('[1,"Other",[]]'), NOW);
  /** A transaction with the endorsement of a proposal, and what another one gives in its place. */
  function payload(
    endorsed: OfflineProposal,
    shown: OfflineProposal = endorsed,
    exchanged?: 'input' | 'header',
  ): Uint8Array {
    const responses = [
      endorsementOf(endorsed, { creator: Buffer.from(signer.creator), sign: () => Buffer.from('s') }),
    ];
    const body = exchanged === 'header' ? endorsed : shown;
    const made = new common.Payload();
    made.setHeader((exchanged === 'input' ? endorsed : shown).header);
    made.setData(body.transactionOf(responses).serializeBinary());
    return made.serializeBinary();
  }
});

describe('a signature', () => {
  const bytes = Buffer.from('what is signed');
  const high = (): Buffer => {
    for (;;) {
      const der = sign('sha256', bytes, key);
      if (Buffer.compare(signer.accepted(bytes, der), der) !== 0) return der;
    }
  };

  test('of the certificate’s key is taken, with the high s in its low form', () => {
    const der = high();
    expect(signer.accepted(bytes, signer.accepted(bytes, der))).toEqual(signer.accepted(bytes, der));
  });

  test('of another key, of other bytes, or of no such form is refused', async () => {
    const stranger = createPrivateKey((await client(authority, 'HOST', NOW)).keyPem);
    const garbage = [Buffer.alloc(0), Buffer.from('garbage'), Buffer.concat([high(), Buffer.of(0)])];
    const wrong = [sign('sha256', bytes, stranger), sign('sha256', Buffer.from('other'), key)];
    const plain = sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
    const zero = Buffer.from('3006020100020100', 'hex');
    for (const given of [...garbage, ...wrong, plain, zero])
      expect(() => signer.accepted(bytes, given)).toThrow(refused('SIGNATURE_REFUSED'));
  });
});

describe('a certificate', () => {
  const accept = (pem: string, as = HOST, at = NOW + 1, by: string | undefined = authority.certificatePem) =>
    OfflineSigner.accept(as, pem, by, new Date(at));

  test('is taken where its organisation’s authority issued it for the role, in its time', () => {
    expect(accept(pair.certificatePem).role).toBe('HOST');
  });

  test('is refused otherwise', async () => {
    const stranger = await issueAuthority('SunCo', new Date(NOW));
    const code = refused('CERTIFICATE_REFUSED');
    expect(() => accept(pair.certificatePem, { ...HOST, role: 'REGULATOR' })).toThrow(code);
    expect(() => accept(pair.certificatePem, HOST, NOW - 1_000)).toThrow(code);
    expect(() => accept(pair.certificatePem, HOST, NOW + 1, stranger.certificatePem)).toThrow(code);
    expect(() => OfflineSigner.accept(HOST, pair.certificatePem, undefined, new Date())).toThrow(code);
    expect(() => accept('garbage')).toThrow(code);
  });

  test('that comes with its private key is refused, so that no ledger gets it', () => {
    const both = pair.keyPem + pair.certificatePem;
    expect(() => accept(both)).toThrow(refused('CERTIFICATE_REFUSED'));
  });
});
