/** Blocks of a channel made by hand: what any member may have ordered, and what peers said of it. */
import { common, peer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { serializeIdentity } from '../../network/embedded/identity.js';
import { CHAINCODE, CHANNEL } from '../../network/fabric/plan.js';
import { UnsignedProposal, type Moment } from '../../network/fabric/proposal.js';
import { issue, issueAuthority } from '../../network/x509/issue.js';
import { SUBMIT } from '../../schema/contract.js';
import { endorsementOf } from './wire.js';

export const NOW = Date.UTC(2026, 0, 1);
export const LANE = 'SunCo';

/** A client of the organisation, as envelopes name it. */
export async function creatorOf(role: string, organisation = LANE): Promise<Buffer> {
  const authority = await issueAuthority(organisation, new Date(NOW));
  const subject = { organisation, commonName: 'c', unit: 'client', attributes: { role } } as const;
  return serializeIdentity(organisation, (await issue(authority, subject, new Date(NOW))).certificatePem);
}

/** A moment that makes one header of what is made at it. */
export function momentAt(seconds: number, { nanos = 0, nonce = 'n' } = {}): Moment {
  const time = new timestamps.Timestamp();
  time.setSeconds(seconds);
  time.setNanos(nanos);
  return { nonce: Buffer.from(nonce.padEnd(24)), time };
}

export interface MadeEnvelope {
  readonly creator: Uint8Array;
  /** What the chaincode is given. */
  readonly args: readonly (string | Uint8Array)[];
  readonly moment?: Moment;
  readonly event?: Uint8Array;
}

/** An envelope that nobody signed: peers say in the block's metadata what they found. */
export function envelope({ creator, args, event, moment = momentAt(NOW / 1000) }: MadeEnvelope): Uint8Array {
  const made = new UnsignedProposal({ creator }, { channel: CHANNEL, chaincode: CHAINCODE, args }, moment);
  const by = { creator: Buffer.from(creator), sign: () => Buffer.from('s') };
  const response = endorsementOf(made, by, { event });
  const payload = new common.Payload();
  payload.setHeader(made.header);
  payload.setData(made.transactionOf([response]).serializeBinary());
  const whole = new common.Envelope();
  whole.setPayload(payload.serializeBinary());
  return whole.serializeBinary();
}

export const submitted = (
  creator: Uint8Array,
  batch: string | Uint8Array,
  more: Partial<MadeEnvelope> = {},
): Uint8Array => envelope({ creator, args: [SUBMIT, batch], ...more });

/** A block of envelopes, each with its validation code. */
export function block(
  number: number,
  envelopes: readonly (readonly [bytes: Uint8Array, code: number])[],
  previousHash: Uint8Array = new Uint8Array(32),
): common.Block {
  const header = new common.BlockHeader();
  header.setNumber(number);
  header.setPreviousHash(previousHash);
  header.setDataHash(new Uint8Array(32));
  const data = new common.BlockData();
  data.setDataList(envelopes.map(([bytes]) => bytes));
  const metadata = new common.BlockMetadata();
  const filter = Buffer.from(envelopes.map(([, code]) => code));
  metadata.setMetadataList([new Uint8Array(0), new Uint8Array(0), filter]);
  const made = new common.Block();
  made.setHeader(header);
  made.setData(data);
  made.setMetadata(metadata);
  return made;
}

export const { VALID, ENDORSEMENT_POLICY_FAILURE: REFUSED } = peer.TxValidationCode;
