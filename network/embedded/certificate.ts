/** X.509 certificates of a Fabric kind: one authority an organisation, NodeOUs, the role as an attribute. */
import { createPublicKey, KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { derChildren, readDer } from './der.js';
import { LedgerIdentityError } from './errors.js';
import { hasLowS } from './signature.js';

/** The organisational unit by which Fabric tells clients from nodes. */
export type NodeUnit = 'client' | 'peer';

/** A certificate with its private key, both PEM. */
export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Extension under which Fabric's CA keeps attributes. */
const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';
const ATTRIBUTES_OID_DER = Buffer.from('2a03040506070801', 'hex');
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** RFC 5280's way to say that a certificate has no end of its own. */
const NO_EXPIRY = new Date('9999-12-31T23:59:59Z');

/** The library is loaded when a certificate is made, not whenever a ledger is opened. */
async function library(): Promise<typeof import('@peculiar/x509')> {
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
  return lowS(keys.privateKey, () =>
    x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ CN: [`ca.${organisation}`] }, { O: [organisation] }],
      notBefore,
      notAfter: NO_EXPIRY,
      signingAlgorithm: ALGORITHM,
      keys,
      extensions,
    }),
  );
}

/** Makes a certificate for a role of an organisation, signed by the organisation's authority. */
export async function issueCertificate(
  authority: KeyPair,
  subject: { readonly organisation: string; readonly role: string; readonly unit: NodeUnit },
  notBefore: Date,
): Promise<KeyPair> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const der = x509.PemConverter.decode(authority.keyPem)[0];
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const extensions = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
    // Not critical: Fabric calls a creator with a critical one malformed.
    new x509.Extension(ATTRIBUTES_OID, false, Buffer.from(JSON.stringify({ attrs: { role: subject.role } }))),
  ];
  return lowS(keys.privateKey, () =>
    x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: [{ CN: [subject.role] }, { OU: [subject.unit] }, { O: [subject.organisation] }],
      issuer: issuer.subject,
      notBefore,
      notAfter: NO_EXPIRY,
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey,
      extensions,
    }),
  );
}

/** What a certificate says of its holder. */
export interface Holder {
  readonly organisation: string;
  readonly role: string;
  readonly unit: string;
  readonly publicKey: KeyObject;
  readonly certificate: X509Certificate;
}

/** Reads a certificate, PEM or DER; its role is empty where it has no such attribute. */
export function readCertificate(bytes: string | Buffer): Holder {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(bytes);
  } catch (error) {
    throw new LedgerIdentityError('a certificate cannot be read', {}, { cause: error });
  }
  const subject = new Map(
    certificate.subject.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  return {
    organisation: subject.get('O') ?? '',
    unit: subject.get('OU') ?? '',
    role: roleAttribute(certificate.raw),
    publicKey: createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })),
    certificate,
  };
}

/** Whether the certificate was issued by the authority. */
export function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function roleAttribute(der: Buffer): string {
  const outer = readDer(der);
  const body = outer && derChildren(outer.content)[0];
  const wrapped = body && derChildren(body.content).find(({ tag }) => tag === 0xa3);
  const list = wrapped && readDer(wrapped.content);
  for (const { content } of list ? derChildren(list.content) : []) {
    const parts = derChildren(content);
    if (!parts[0]?.content.equals(ATTRIBUTES_OID_DER)) continue;
    try {
      const { attrs } = JSON.parse(parts[parts.length - 1].content.toString()) as {
        attrs?: { role?: unknown };
      };
      return typeof attrs?.role === 'string' ? attrs.role : '';
    } catch {
      return '';
    }
  }
  return '';
}

function serialNumber(): string {
  const bytes = randomBytes(16);
  // Positive, and no leading zero byte that DER would drop.
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** WebCrypto gives the high s half of the time; then the certificate is signed again. */
async function lowS(
  privateKey: webcrypto.CryptoKey,
  make: () => Promise<{ readonly rawData: ArrayBuffer; toString(format: 'pem'): string }>,
): Promise<KeyPair> {
  let certificate = await make();
  while (!hasLowS(Buffer.from(certificate.rawData))) certificate = await make();
  const keyPem = KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }) as string;
  return { certificatePem: `${certificate.toString('pem').trim()}\n`, keyPem };
}
