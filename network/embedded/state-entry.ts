/** A value of the state with where it was written, and how that lies in the store. */
import { sha256 } from '../x509/der.js';
import type { Version } from './envelope.js';
import { StateStoreError } from './errors.js';
import { ByteWriter } from './wire.js';

export interface StateEntry extends Version {
  readonly value: Uint8Array;
  /** SHA-256 over key, version and the value's digest. */
  readonly digest: Buffer;
}

const HEADER_BYTES = 44;
const scratch = new ByteWriter(256);

/** The digest by which an entry is recognised when it is read back. */
export function entryDigest(key: string, version: Version, valueDigest: Uint8Array): Buffer {
  scratch.reset();
  return sha256(scratch.text(key).u64(version.block).u32(version.index).raw(valueDigest).view());
}

/** Bytes of the store: version, digest, value. */
export function encodeEntry(entry: StateEntry): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + entry.value.length);
  bytes.writeBigUInt64BE(BigInt(entry.block), 0);
  bytes.writeUInt32BE(entry.index, 8);
  entry.digest.copy(bytes, 12);
  bytes.set(entry.value, HEADER_BYTES);
  return bytes;
}

/** Reads an entry and checks that it is the one that was written under this key. */
export function decodeEntry(key: string, bytes: Buffer): StateEntry {
  if (bytes.length >= HEADER_BYTES) {
    const version = { block: Number(bytes.readBigUInt64BE(0)), index: bytes.readUInt32BE(8) };
    const value = bytes.subarray(HEADER_BYTES);
    const digest = bytes.subarray(12, HEADER_BYTES);
    if (entryDigest(key, version, sha256(value)).equals(digest)) return { ...version, value, digest };
  }
  throw new StateStoreError('a value of the state is not as it was written', { key });
}

/** XOR of all entries' digests: changes with each entry, is kept up in constant time, finds a lost or stale entry. */
export class StateSum {
  constructor(readonly bytes: Buffer = Buffer.alloc(32)) {}

  /** Puts an entry in, or takes it out. */
  toggle(digest: Uint8Array): void {
    for (let i = 0; i < 32; i++) this.bytes[i] ^= digest[i];
  }
}
