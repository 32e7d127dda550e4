/** The running hash that a peer keeps beside each block: over the validation codes and all that the block changed. */
import jspb from 'google-protobuf';
import { sha256 } from '../x509/der.js';
import type { KeyVersion, WriteEntry } from './write-sets.js';

/** The last write of a key in a block, and the transaction that made it. */
export interface LastWrite extends WriteEntry {
  readonly version: KeyVersion;
}

/**
 * h = SHA-256(varint(len(filter)) ‖ filter ‖ updates ‖ previous h). Updates are the last writes of the block's valid
 * transactions as protobufs, ascending by namespace, public keys first, then by collection and key; what stands before
 * them names a namespace and a collection once. The channel's own configuration is no part of it.
 */
export function commitHash(filter: Uint8Array, writes: Iterable<LastWrite>, previous: Uint8Array): Buffer {
  const sorted = [...writes].sort(
    (a, b) =>
      Buffer.compare(Buffer.from(a.namespace), Buffer.from(b.namespace)) ||
      Buffer.compare(Buffer.from(a.collection), Buffer.from(b.collection)) ||
      Buffer.compare(a.key, b.key),
  );
  const updates = new jspb.BinaryWriter();
  sorted.forEach((write, i) => {
    const before: WriteEntry | undefined = sorted[i - 1];
    const isNewNamespace = write.namespace !== before?.namespace;
    const isNewCollection = isNewNamespace || write.collection !== before?.collection;
    const entry = new jspb.BinaryWriter();
    if (isNewNamespace) entry.writeString(1, write.namespace);
    if (isNewCollection && write.collection !== '') entry.writeString(2, write.collection);
    entry.writeBytes(3, write.key);
    if (write.value === undefined) entry.writeBool(4, true);
    else entry.writeBytes(5, write.value);
    entry.writeBytes(6, versionBytes(write.version));
    updates.writeBytes(1, entry.getResultBuffer());
  });
  return sha256(Buffer.concat([varint(filter.length), filter, updates.getResultBuffer(), previous]));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}

const versionBytes = ({ block, index }: KeyVersion): Buffer =>
  Buffer.concat([ordered(block), ordered(index)]);

/** A number as Fabric orders it: how many bytes, then those, without leading zeros. */
function ordered(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  const from = bytes.findIndex((byte) => byte !== 0);
  const digits = from < 0 ? Buffer.alloc(0) : bytes.subarray(from);
  return Buffer.concat([Buffer.of(digits.length), digits]);
}
