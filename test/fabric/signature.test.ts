/** Signatures as Fabric takes them: DER, with the low s. */
import { expect, test } from '@jest/globals';
import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { sign, signDer, verify as verifyPlain } from '../../network/x509/signature.js';

test('are what everybody else verifies, whatever bytes r and s begin with', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const lengths = new Set<number>();
  for (let i = 0; i < 600; i++) {
    const bytes = randomBytes(20);
    const der = signDer(privateKey, bytes);
    lengths.add(der.length);
    expect(verify('sha256', bytes, publicKey, der)).toBe(true);
    expect(verifyPlain(publicKey, bytes, sign(privateKey, bytes))).toBe(true);
  }
  // Leading zeros are left out, a leading bit gets a zero.
  expect(lengths.size).toBeGreaterThan(1);
});
