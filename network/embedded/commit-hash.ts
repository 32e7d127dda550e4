/** The running hash over what each block changed; Fabric's formula, with digests in place of the values. */
import { sha256 } from '../x509/der.js';
import type { Write } from './envelope.js';
import { ByteWriter } from './wire.js';

/** Validation codes of a transaction, Fabric's numbers. */
export const VALID = 0;
export const MVCC_READ_CONFLICT = 11;

/**
 * h = SHA-256(varint(len(filter)) ‖ filter ‖ updates ‖ previous h). Updates are, for each valid transaction in
 * order and each of its writes in order, the key (length in two bytes first) and the SHA-256 of the value. The
 * previous h of block 0 is empty.
 */
export function commitHash(
  filter: Uint8Array,
  writesOf: (index: number) => readonly Write[],
  previous: Uint8Array,
): Buffer {
  const w = new ByteWriter(1024);
  let length = filter.length;
  for (; length >= 0x80; length >>>= 7) w.u8((length & 0x7f) | 0x80);
  w.u8(length).raw(filter);
  filter.forEach((code, index) => {
    if (code !== VALID) return;
    for (const { key, digest } of writesOf(index)) w.text(key).raw(digest);
  });
  return sha256(w.raw(previous).view());
}
