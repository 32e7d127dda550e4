/** Renewing X.509 certificates. */
import { webcrypto } from 'node:crypto';
import { ALGORITHM, library, NO_EXPIRY, pemOf, serialNumber, type KeyPair } from './issue.js';

/**
 * The same certificate once more, of the same key: only its serial number and its term differ. Whoever knows its holder
 * by the key knows it still, before and after.
 */
export async function renewed(
  authority: KeyPair,
  certificatePem: string,
  notBefore: Date,
  notAfter = NO_EXPIRY,
): Promise<string> {
  const x509 = await library();
  const old = new x509.X509Certificate(certificatePem);
  const der = x509.PemConverter.decode(authority.keyPem)[0];
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  return pemOf(
    await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: old.subjectName,
      issuer: new x509.X509Certificate(authority.certificatePem).subjectName,
      ...{ notBefore, notAfter, signingAlgorithm: ALGORITHM, signingKey },
      publicKey: old.publicKey,
      extensions: old.extensions,
    }),
  );
}
