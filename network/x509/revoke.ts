/** Lists of revoked certificates (RFC 5280), signed by their authority. */
import { webcrypto } from 'node:crypto';
import { ALGORITHM, library, type KeyPair } from './issue.js';

export interface Revocation {
  /** Serial number of the certificate, hex. */
  readonly serial: string;
  /** When it was revoked, in ms since 1970. */
  readonly timeMs: number;
}

/** The list of all revocations of an authority, DER. */
export async function revocationList(
  authority: KeyPair,
  revocations: readonly Revocation[],
  now: Date,
): Promise<Buffer> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const der = x509.PemConverter.decode(authority.keyPem)[0];
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: now,
    signingAlgorithm: ALGORITHM,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']),
    // Fabric finds the authority of a list by this, and passes over lists without it.
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(issuer)],
    entries: revocations.map(({ serial, timeMs }) => ({
      serialNumber: serial,
      revocationDate: new Date(timeMs),
    })),
  });
  return Buffer.from(list.rawData);
}

/** Serial number of a certificate, hex. */
export async function serialOf(certificatePem: string): Promise<string> {
  const x509 = await library();
  return new x509.X509Certificate(certificatePem).serialNumber;
}
