/** Issuing X.509 certificates of a Fabric kind. */
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { X509Certificate } from '@peculiar/x509';
import { withLowS } from './signature.js';

/** A certificate with its private key, both PEM. */
export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Extension under which Fabric's CA keeps attributes. */
const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';
export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** RFC 5280's way to say that a certificate has no end of its own. */
export const NO_EXPIRY = new Date('9999-12-31T23:59:59Z');

/** The library is loaded when a certificate is made, not whenever a ledger is opened. */
export async function library(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  return x509;
}

type Crypto = Parameters<(typeof import('@peculiar/x509'))['cryptoProvider']['set']>[0];

/** Makes the certificate authority of an organisation. */
export async function issueAuthority(organisation: string, notBefore: Date): Promise<KeyPair> {
  const x509 = await library();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const extensions = [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [`ca.${organisation}`] }, { O: [organisation] }],
    notBefore,
    notAfter: NO_EXPIRY,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions,
  });
  return pairOf(certificate, keys.privateKey);
}

/** The organisational units by which Fabric tells identities apart (NodeOUs). */
export type Unit = 'client' | 'peer' | 'admin' | 'orderer';

export interface Subject {
  readonly organisation: string;
  readonly commonName: string;
  readonly unit?: Unit;
  /** Attributes of a client, such as its role. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Address or host name that TLS clients and servers find in it; makes it a certificate for TLS. */
  readonly tlsAddress?: string;
}

/** Purposes of a node's TLS certificate: it serves, and it calls other nodes. */
const TLS_PURPOSES = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

interface Issuer {
  readonly issuer: X509Certificate;
  readonly signingKey: webcrypto.CryptoKey;
}
const issuers = new WeakMap<KeyPair, Promise<Issuer>>();

/** An authority as the library knows it, read once. */
function issuerOf(authority: KeyPair): Promise<Issuer> {
  let known = issuers.get(authority);
  if (!known) issuers.set(authority, (known = readIssuer(authority)));
  return known;
}

async function readIssuer({ certificatePem, keyPem }: KeyPair): Promise<Issuer> {
  const x509 = await library();
  const der = x509.PemConverter.decode(keyPem)[0];
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  return { issuer: new x509.X509Certificate(certificatePem), signingKey };
}

/** Issues a certificate with a key of its own. */
export async function issue(
  authority: KeyPair,
  subject: Subject,
  notBefore: Date,
  notAfter = NO_EXPIRY,
): Promise<KeyPair> {
  const x509 = await library();
  const { issuer, signingKey } = await issuerOf(authority);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const { organisation, commonName, unit, attributes, tlsAddress } = subject;
  const extensions = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
    // Not critical: Fabric calls a creator with a critical one malformed.
    ...(attributes
      ? [new x509.Extension(ATTRIBUTES_OID, false, Buffer.from(JSON.stringify({ attrs: attributes })))]
      : []),
    ...(tlsAddress === undefined
      ? []
      : [
          new x509.ExtendedKeyUsageExtension(TLS_PURPOSES),
          new x509.SubjectAlternativeNameExtension([
            { type: 'dns', value: 'localhost' },
            { type: isIP(tlsAddress) ? 'ip' : 'dns', value: tlsAddress },
          ]),
        ]),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [commonName] }, ...(unit ? [{ OU: [unit] }] : []), { O: [organisation] }],
    issuer: issuer.subject,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions,
  });
  return pairOf(certificate, keys.privateKey);
}

export function serialNumber(): string {
  const bytes = randomBytes(16);
  // Positive, and no leading zero byte that DER would drop.
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** WebCrypto gives the high s half of the time. */
function pairOf(certificate: MadeCertificate, privateKey: webcrypto.CryptoKey): KeyPair {
  const keyPem = KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }) as string;
  return { certificatePem: pemOf(certificate), keyPem };
}

interface MadeCertificate {
  readonly rawData: ArrayBuffer;
}

/** A certificate with the low s, PEM. */
export function pemOf(certificate: MadeCertificate): string {
  const text = withLowS(new Uint8Array(certificate.rawData)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}
