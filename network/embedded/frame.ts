/**
 * A block as the file frames it: a head of fixed length that checks itself, the envelopes, the metadata, a seal.
 * The head says how long the rest is, so that an unfinished append and a damaged block can be told apart.
 */
import { headerHash, sha256 } from '../x509/der.js';
import { LedgerCorruptError, LedgerFormatError } from './errors.js';
import { ByteReader, type ByteWriter } from './wire.js';

/** `GBLK` */
const MAGIC = 0x47424c4b;
const FORMAT = 1;
export const HEAD_BYTES = 96;
/** Head bytes that are known before a block is written: magic, format, number, previous hash. */
export const PREDICTED_BYTES = 48;
const CHECKED_BYTES = 88;
export const SEAL_BYTES = 32;
const NONE = new Uint8Array(0);

export interface Head {
  readonly number: number;
  /** Empty for block 0. */
  readonly previousHash: Uint8Array;
  readonly dataHash: Buffer;
  readonly dataBytes: number;
  readonly metadataBytes: number;
  /** Bytes of the whole frame. */
  readonly size: number;
}

/** What stands after the envelopes. */
export interface Metadata {
  /** One validation code a transaction (commit-hash.ts). */
  readonly filter: Buffer;
  /** How many bytes at the start of the data are configuration. */
  readonly configurationBytes: number;
  readonly commitHash: Buffer;
}

/** A block read back and checked: seal, data hash. */
export interface StoredBlock extends Metadata {
  readonly number: number;
  readonly previousHash: Uint8Array;
  readonly dataHash: Buffer;
  readonly headerHash: Buffer;
  /** The envelopes, one after the other. */
  readonly data: Buffer;
  readonly size: number;
}

/** Leaves room for the head; the envelopes are then written behind it. */
export function beginFrame(w: ByteWriter): void {
  w.reset();
  w.raw(Buffer.alloc(HEAD_BYTES));
}

/** Completes the frame whose envelopes stand in the writer; `commitHash` is that of this block. */
export function finishFrame(
  w: ByteWriter,
  number: number,
  previousHash: Uint8Array,
  metadata: {
    readonly filter: Uint8Array;
    readonly configurationBytes: number;
    readonly commitHash: Uint8Array;
  },
): { readonly headerHash: Buffer; readonly dataHash: Buffer } {
  const dataHash = sha256(w.view(HEAD_BYTES));
  const dataEnd = w.length;
  w.u32(metadata.filter.length)
    .raw(metadata.filter)
    .u32(metadata.configurationBytes)
    .raw(metadata.commitHash);
  const frame = w.view();
  predictedHead(number, previousHash).copy(frame);
  dataHash.copy(frame, PREDICTED_BYTES);
  frame.writeUInt32BE(dataEnd - HEAD_BYTES, 80);
  frame.writeUInt32BE(w.length - dataEnd, 84);
  headCheck(frame).copy(frame, CHECKED_BYTES);
  w.raw(sealOf(frame, frame.subarray(dataEnd)));
  return { headerHash: headerHash(number, previousHash, dataHash), dataHash };
}

/** The first bytes of a block's head, known before the block is. */
export function predictedHead(number: number, previousHash: Uint8Array): Buffer {
  const head = Buffer.alloc(PREDICTED_BYTES);
  head.writeUInt32BE(MAGIC, 0);
  head.writeUInt32BE(FORMAT, 4);
  head.writeBigUInt64BE(BigInt(number), 8);
  head.set(previousHash, 16);
  return head;
}

/** Reads a head; undefined where its check does not hold. */
export function readHead(bytes: Buffer): Head | undefined {
  if (bytes.length < HEAD_BYTES || !headCheck(bytes).equals(bytes.subarray(CHECKED_BYTES, HEAD_BYTES)))
    return undefined;
  if (bytes.readUInt32BE(0) !== MAGIC) return undefined;
  if (bytes.readUInt32BE(4) !== FORMAT) throw new LedgerFormatError('the block file is of an unknown format');
  const number = Number(bytes.readBigUInt64BE(8));
  const dataBytes = bytes.readUInt32BE(80);
  const metadataBytes = bytes.readUInt32BE(84);
  return {
    number,
    previousHash: number === 0 ? NONE : bytes.subarray(16, PREDICTED_BYTES),
    dataHash: bytes.subarray(PREDICTED_BYTES, 80),
    dataBytes,
    metadataBytes,
    size: HEAD_BYTES + dataBytes + metadataBytes + SEAL_BYTES,
  };
}

/** Reads metadata and seal, which stand at the end of the frame; undefined where the seal does not hold. */
export function readMetadata(head: Buffer, tail: Buffer): Metadata | undefined {
  const metadata = tail.subarray(0, tail.length - SEAL_BYTES);
  if (!sealOf(head, metadata).equals(tail.subarray(metadata.length))) return undefined;
  const r = new ByteReader(metadata);
  const filter = r.bytes();
  const configurationBytes = r.u32();
  const commitHash = r.raw(32);
  r.finish();
  return { filter, configurationBytes, commitHash };
}

/** Reads a whole frame and checks it; undefined where anything does not hold. */
export function readFrame(frame: Buffer): StoredBlock | undefined {
  const head = readHead(frame);
  if (!head || frame.length !== head.size) return undefined;
  const metadata = readMetadata(frame, frame.subarray(HEAD_BYTES + head.dataBytes));
  const data = frame.subarray(HEAD_BYTES, HEAD_BYTES + head.dataBytes);
  if (!metadata || !sha256(data).equals(head.dataHash)) return undefined;
  const { number, previousHash, dataHash, size } = head;
  return {
    ...metadata,
    number,
    previousHash,
    dataHash,
    headerHash: headerHash(number, previousHash, dataHash),
    data,
    size,
  };
}

/** The refusal of a block that is not as it was written. */
export function corruptBlock(block: number): LedgerCorruptError {
  return new LedgerCorruptError('the block file is damaged; restore it from a backup', { block });
}

function headCheck(head: Buffer): Buffer {
  return sha256(head.subarray(0, CHECKED_BYTES)).subarray(0, HEAD_BYTES - CHECKED_BYTES);
}

function sealOf(head: Buffer, metadata: Buffer): Buffer {
  return sha256(Buffer.concat([head.subarray(0, HEAD_BYTES), metadata]));
}
