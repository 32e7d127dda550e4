/**
 * A transaction as it stands in its block. What is large is hashed once: the two signatures and the commit hash cover
 * digests of arguments, values and event, the data hash covers the bytes themselves. FORMAT.md has the layout.
 */
import { sha256 } from '../x509/der.js';
import { LedgerFormatError } from './errors.js';
import { ByteReader, ByteWriter } from './wire.js';

export const ENVELOPE_FORMAT = 1;
/** Bytes of a nonce, as Fabric's. */
export const NONCE_BYTES = 24;
/** Bytes of a signature: r ‖ s. */
export const SIGNATURE_BYTES = 64;
/** Kinds of envelope; 0–2 are configuration (configuration.ts). */
export const TRANSACTION_KIND = 3;

/** Where a value was last written: block and position in it. */
export interface Version {
  readonly block: number;
  readonly index: number;
}

export interface Read {
  readonly key: string;
  /** Undefined where the key had no value. */
  readonly version: Version | undefined;
}

export interface Write {
  readonly key: string;
  readonly value: Uint8Array;
  /** SHA-256 of the value. */
  readonly digest: Buffer;
}

/** What the client signs over before anything runs. */
export interface Proposal {
  readonly nonce: Buffer;
  readonly timeMs: number;
  /** Reference of the creator's identity: SHA-256 of its serialised form. */
  readonly creator: Buffer;
  readonly lane: string;
  readonly args: Uint8Array;
}

/** What running the chaincode gave. */
export interface Simulation {
  /** In the order of their keys, each once. */
  readonly reads: readonly Read[];
  readonly writes: readonly Write[];
  readonly event: Uint8Array;
}

export interface TransactionEnvelope extends Proposal, Simulation {
  /** Reference of the endorsing node's identity. */
  readonly endorser: Buffer;
  readonly endorsement: Buffer;
  readonly signature: Buffer;
}

/** Transaction id: hex SHA-256 of nonce ‖ serialised creator, as in Fabric. */
export function transactionIdOf(nonce: Uint8Array, serializedCreator: Uint8Array): string {
  return sha256(Buffer.concat([nonce, serializedCreator])).toString('hex');
}

const PROPOSAL = Buffer.from('gridbook proposal 1\0');
const RESPONSE = Buffer.from('gridbook response 1\0');
const PAYLOAD = Buffer.from('gridbook payload 1\0');

/** Digest of what the client proposed. */
export function proposalDigest(ledgerId: Uint8Array, p: Proposal): Buffer {
  const w = new ByteWriter(256).raw(PROPOSAL).raw(ledgerId).raw(p.nonce).u64(p.timeMs).raw(p.creator);
  return sha256(w.text(p.lane).raw(sha256(p.args)).view());
}

/** Digest of what the node answered to it: read set, digests of the writes, digest of the event. */
export function responseDigest(proposal: Uint8Array, s: Simulation): Buffer {
  const w = new ByteWriter(256 + 80 * (s.reads.length + s.writes.length)).raw(RESPONSE).raw(proposal);
  writeReads(w, s.reads);
  w.u32(s.writes.length);
  for (const { key, digest } of s.writes) w.text(key).raw(digest);
  return sha256(w.raw(sha256(s.event)).view());
}

/** What the endorsing node signs. */
export function endorsedBytes(response: Uint8Array, endorser: Uint8Array): Buffer {
  return Buffer.concat([response, endorser]);
}

/** What the creator signs. */
export function payloadBytes(
  proposal: Uint8Array,
  response: Uint8Array,
  endorser: Uint8Array,
  endorsement: Uint8Array,
): Buffer {
  return Buffer.concat([PAYLOAD, proposal, response, endorser, endorsement]);
}

/** Appends an envelope, its length first. */
export function writeEnvelope(w: ByteWriter, e: TransactionEnvelope): void {
  const start = w.length;
  w.u32(0).u8(ENVELOPE_FORMAT).u8(TRANSACTION_KIND);
  w.raw(e.nonce).u64(e.timeMs).raw(e.creator).text(e.lane).bytes(e.args);
  writeReads(w, e.reads);
  w.u32(e.writes.length);
  for (const { key, value } of e.writes) w.text(key).bytes(value);
  w.bytes(e.event).raw(e.endorser).raw(e.endorsement).raw(e.signature);
  w.patchU32(start, w.length - start - 4);
}

/** About how many bytes an envelope takes. */
export function envelopeBytes(e: TransactionEnvelope): number {
  let size = 300 + e.lane.length + e.args.length + e.event.length;
  for (const { key } of e.reads) size += 15 + key.length;
  for (const { key, value } of e.writes) size += 6 + key.length + value.length;
  return size;
}

/** The next envelope of a block's data: its kind, and a reader of its fields. */
export function nextEnvelope(data: ByteReader): { readonly kind: number; readonly fields: ByteReader } {
  const length = data.u32();
  const start = data.offset;
  data.raw(length);
  const fields = new ByteReader(data.buffer, start, start + length);
  if (fields.u8() !== ENVELOPE_FORMAT)
    throw new LedgerFormatError('an envelope has an unknown format number');
  return { kind: fields.u8(), fields };
}

/** Reads a transaction's envelope. The digests of its writes are computed where they are asked for. */
export function readEnvelope(r: ByteReader): TransactionEnvelope {
  const nonce = r.raw(NONCE_BYTES);
  const timeMs = r.u64();
  const creator = r.raw(32);
  const lane = r.text();
  const args = r.bytes();
  const reads = readReads(r);
  const count = r.u32();
  const writes: Write[] = [];
  for (let i = 0; i < count; i++) writes.push(new StoredWrite(r.text(), r.bytes()));
  const event = r.bytes();
  const endorser = r.raw(32);
  const endorsement = r.raw(SIGNATURE_BYTES);
  const signature = r.raw(SIGNATURE_BYTES);
  r.finish();
  return { nonce, timeMs, creator, lane, args, reads, writes, event, endorser, endorsement, signature };
}

class StoredWrite implements Write {
  private known: Buffer | undefined;

  constructor(
    readonly key: string,
    readonly value: Buffer,
  ) {}

  get digest(): Buffer {
    return (this.known ??= sha256(this.value));
  }
}

function writeReads(w: ByteWriter, reads: readonly Read[]): void {
  w.u32(reads.length);
  for (const { key, version } of reads) {
    w.text(key).u8(version ? 1 : 0);
    if (version) w.u64(version.block).u32(version.index);
  }
}

function readReads(r: ByteReader): Read[] {
  const count = r.u32();
  const reads: Read[] = [];
  for (let i = 0; i < count; i++) {
    const key = r.text();
    const present = r.u8();
    if (present > 1) throw new LedgerFormatError('a read set is not of its form');
    reads.push({ key, version: present ? { block: r.u64(), index: r.u32() } : undefined });
  }
  return reads;
}
