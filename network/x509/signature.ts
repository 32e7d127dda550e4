/** ECDSA P-256 signatures over SHA-256, as 64 bytes r ‖ s with s in the lower half of the order. */
import { sign as nodeSign, verify as nodeVerify, type KeyObject } from 'node:crypto';
import { derChildren, element, integerOf, readDer } from './der.js';

/** Order of the curve's group. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF = Buffer.from((ORDER >> 1n).toString(16).padStart(64, '0'), 'hex');

/** Of the two s that mean the same, the low one; 32 bytes. */
function lowOf(s: Uint8Array): Buffer {
  const digits = Buffer.from(s);
  if (digits.compare(HALF) <= 0) return digits;
  const low = ORDER - BigInt(`0x${digits.toString('hex')}`);
  return Buffer.from(low.toString(16).padStart(64, '0'), 'hex');
}

/** Signs; of the two signatures that mean the same, the one with the low s, as Fabric demands. */
export function sign(key: KeyObject, bytes: Uint8Array): Buffer {
  const signature = nodeSign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
  lowOf(signature.subarray(32)).copy(signature, 32);
  return signature;
}

/** The same as DER, the form that Fabric puts beside what is signed. */
export function signDer(key: KeyObject, bytes: Uint8Array): Buffer {
  return derOf(sign(key, bytes));
}

/** SEQUENCE { INTEGER r, INTEGER s } of r ‖ s. */
const derOf = (signature: Uint8Array): Buffer =>
  element(0x30, Buffer.concat([integerOf(signature.subarray(0, 32)), integerOf(signature.subarray(32))]));

/** Whether the signature is that of the key, and in its low form. */
export function verify(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || HALF.compare(signature.subarray(32)) < 0) return false;
  return nodeVerify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/**
 * The certificate with the low s in its own signature: Fabric rewrites the others, and their bytes then differ from
 * the file's. What is signed stays as it is.
 */
export function withLowS(certificateDer: Uint8Array): Buffer {
  const outer = readDer(Buffer.from(certificateDer));
  const [body, algorithm, bits] = outer ? derChildren(outer.content) : [];
  const signature = bits && readDer(bits.content, 1);
  const [r, s] = signature ? derChildren(signature.content) : [];
  if (!s) throw new TypeError('the bytes are no certificate signed with ECDSA');
  const low = derOf(Buffer.concat([fixed(r.content), lowOf(fixed(s.content))]));
  return element(
    0x30,
    Buffer.concat([
      ...[body, algorithm].map(({ tag, content }) => element(tag, content)),
      element(0x03, Buffer.concat([Buffer.of(0), low])),
    ]),
  );
}

/** An INTEGER's bytes as 32. */
function fixed(digits: Buffer): Buffer {
  const significant = digits.length > 32 ? digits.subarray(digits.length - 32) : digits;
  return Buffer.concat([Buffer.alloc(32 - significant.length), significant]);
}
