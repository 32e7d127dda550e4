/** ECDSA P-256 signatures over SHA-256, as 64 bytes r ‖ s with s in the lower half of the order. */
import { sign as nodeSign, verify as nodeVerify, type KeyObject } from 'node:crypto';
import { derChildren, readDer } from './der.js';

/** Order of the curve's group. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_HEX = (ORDER >> 1n).toString(16).padStart(64, '0');
const HALF = Buffer.from(HALF_HEX, 'hex');

/** Signs; of the two signatures that mean the same, the one with the low s, as Fabric demands. */
export function sign(key: KeyObject, bytes: Uint8Array): Buffer {
  const signature = nodeSign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
  const s = signature.subarray(32);
  if (s.compare(HALF) > 0) {
    const low = ORDER - BigInt(`0x${s.toString('hex')}`);
    signature.write(low.toString(16).padStart(64, '0'), 32, 'hex');
  }
  return signature;
}

/** The same as DER, the form that Fabric puts beside what is signed. */
export function signDer(key: KeyObject, bytes: Uint8Array): Buffer {
  const signature = sign(key, bytes);
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((half) => {
    let from = 0;
    while (from < 31 && half[from] === 0) from++;
    // A leading bit would make it negative.
    const digits =
      half[from] < 0x80 ? half.subarray(from) : Buffer.concat([Buffer.of(0), half.subarray(from)]);
    return Buffer.concat([Buffer.of(2, digits.length), digits]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}

/** Whether the signature is that of the key, and in its low form. */
export function verify(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || HALF.compare(signature.subarray(32)) < 0) return false;
  return nodeVerify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Whether a certificate's own signature has the low s; Fabric rewrites the others, and their bytes then differ. */
export function hasLowS(certificateDer: Buffer): boolean {
  const outer = readDer(certificateDer);
  const bits = outer && derChildren(outer.content)[2];
  const signature = bits && readDer(bits.content, 1);
  const s = signature && derChildren(signature.content)[1];
  if (!s) return false;
  const digits = s.content
    .toString('hex')
    .replace(/^(00)+/, '')
    .padStart(64, '0');
  return digits <= HALF_HEX;
}
