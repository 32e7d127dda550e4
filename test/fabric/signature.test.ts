/** Signatures as Fabric takes them: DER, with the low s. */
import { expect, test } from '@jest/globals';
import { createPublicKey, generateKeyPairSync, randomBytes, verify, X509Certificate } from 'node:crypto';
import { derChildren, readDer, type DerElement } from '../../network/x509/der.js';
import { issue, issueAuthority } from '../../network/x509/issue.js';
import { sign, signDer, verify as verifyPlain, withLowS } from '../../network/x509/signature.js';

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

test('of a certificate are brought to their low form, and the certificate is as good as before', async () => {
  const authority = await issueAuthority('Brightwater', new Date(0));
  const issuer = new X509Certificate(authority.certificatePem);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const half = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
  for (let i = 0; i < 40; i++) {
    const pair = await issue(authority, { organisation: 'Brightwater', commonName: 'peer0' }, new Date(0));
    const certificate = new X509Certificate(pair.certificatePem);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.verify(createPublicKey(privateKey))).toBe(false);
    // Ends in SEQUENCE { INTEGER r, INTEGER s } in a BIT STRING.
    const outer = derChildren((readDer(certificate.raw) as DerElement).content);
    const [, s] = derChildren((readDer(outer[2].content, 1) as DerElement).content);
    expect(BigInt(`0x${s.content.toString('hex')}`) <= half).toBe(true);
    expect(withLowS(certificate.raw).equals(certificate.raw)).toBe(true);
  }
});
