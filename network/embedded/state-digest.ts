/** The digest of the whole state, the same for every engine that holds the same keys and values. */
import { createHash } from 'node:crypto';

/**
 * SHA-256 over each key and value, the keys ascending by their UTF-8 bytes: length of the key in four bytes, key,
 * length of the value in four bytes, value.
 */
export class StateDigest {
  private readonly hash = createHash('sha256');

  add(key: string, value: Uint8Array): void {
    const keyBytes = Buffer.from(key);
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(keyBytes.length, 0);
    lengths.writeUInt32BE(value.length, 4);
    this.hash.update(lengths.subarray(0, 4)).update(keyBytes).update(lengths.subarray(4)).update(value);
  }

  /** Ends the digest: lower-case hex. */
  hex(): string {
    return this.hash.digest('hex');
  }
}
