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
  // An s beyond the order is no signature's: it stays what it is, and is not verified.
  if (low <= 0n) return digits;
  return Buffer.from(low.toString(16).padStart(64, '0'), 'hex');
}

/** Signs; of the two signatures that mean the same, the one with the low s, as Fabric demands. */
export function sign(key: KeyObject, bytes: Uint8Array): Buffer {
  const signature = nodeSign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
  return Buffer.concat([signature.subarray(0, 32), lowOf(signature.subarray(32))]);
}

/** The same as DER, the form that Fabric puts beside what is signed. */
export const signDer = (key: KeyObject, bytes: Uint8Array): Buffer => derOf(sign(key, bytes));

/** SEQUENCE { INTEGER r, INTEGER s } of r ‖ s. */
const derOf = (signature: Uint8Array): Buffer =>
  element(0x30, Buffer.concat([integerOf(signature.subarray(0, 32)), integerOf(signature.subarray(32))]));

/**
 * Somebody else's signature in DER as Fabric takes it: of the two that mean the same, the one with the low s. Undefined
 * where it is not the key's signature of the bytes.
 */
export function acceptedDer(key: KeyObject, bytes: Uint8Array, der: Uint8Array): Buffer | undefined {
  const signature = loweredOf(Buffer.from(der));
  return signature && verify(key, bytes, signature) ? derOf(signature) : undefined;
}

/** r ‖ s, with the low s, of a signature in DER; undefined where the bytes are none. */
function loweredOf(der: Buffer): Buffer | undefined {
  const outer = readDer(der);
  if (!outer || outer.tag !== 0x30 || outer.size !== der.length) return undefined;
  const integers = derChildren(outer.content);
  const isWhole = integers.reduce((sum, { size }) => sum + size, 0) === outer.content.length;
  if (!isWhole || integers.length !== 2 || integers.some(({ tag }) => tag !== 2)) return undefined;
  const [r, s] = integers.map(({ content }) => {
    const digits = content.subarray(content[0] === 0 ? 1 : 0);
    return digits.length > 32 ? undefined : Buffer.concat([Buffer.alloc(32 - digits.length), digits]);
  });
  return r && s && Buffer.concat([r, lowOf(s)]);
}

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
  const signature = bits && loweredOf(bits.content.subarray(1));
  if (!signature) throw new TypeError('the bytes are no certificate signed with ECDSA');
  return element(
    0x30,
    Buffer.concat([
      ...[body, algorithm].map(({ tag, content }) => element(tag, content)),
      element(0x03, Buffer.concat([Buffer.of(0), derOf(signature)])),
    ]),
  );
}
