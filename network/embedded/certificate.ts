/** Reads X.509 certificates of a Fabric kind: the organisation, its unit, the role as an attribute. */
import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { derChildren, readDer } from '../x509/der.js';
import { LedgerIdentityError } from './errors.js';

/** Extension under which Fabric's CA keeps attributes, as DER. */
const ATTRIBUTES_OID_DER = Buffer.from('2a03040506070801', 'hex');

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
