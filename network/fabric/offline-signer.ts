/** Who signs a preparation: its certificate as it stands in the bytes, and whether a signature is its own. */
import { X509Certificate, type KeyObject } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { GridbookError } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { isIssuedBy, readCertificate } from '../embedded/certificate.js';
import { serializeIdentity } from '../embedded/identity.js';
import type { IdentityRef } from '../ledger.js';
import { acceptedDer } from '../x509/signature.js';
import type { Maker } from './proposal.js';

/** P-256, as OpenSSL calls it. */
const CURVE = 'prime256v1';

export class OfflineSigner implements Maker, IdentityRef {
  private constructor(
    readonly organisation: string,
    readonly role: string,
    readonly creator: Uint8Array,
    private readonly key: KeyObject,
  ) {}

  /** Reads an identity as a proposal names it; throws what is none. */
  static read(creator: Uint8Array): OfflineSigner {
    const identity = msp.SerializedIdentity.deserializeBinary(creator);
    return OfflineSigner.of(identity.getMspid(), Buffer.from(identity.getIdBytes_asU8()).toString());
  }

  /**
   * Takes the certificate of an organisation's role that its authority (PEM) has issued and that is in force; refused
   * with CERTIFICATE_REFUSED. Whether it was revoked is known to peers only.
   */
  static accept(as: IdentityRef, pem: string, authorityPem: string | undefined, now: Date): OfflineSigner {
    const refused = new GridbookError('CERTIFICATE_REFUSED');
    // Whoever pastes its private key too is not to have it written on a ledger.
    if (pem.length > LIMITS.certificateLength || pem.includes('PRIVATE KEY')) throw refused;
    if (authorityPem === undefined) throw refused;
    try {
      const certificate = new X509Certificate(pem);
      const signer = OfflineSigner.of(as.organisation, certificate.toString());
      const isInForce = new Date(certificate.validFrom) <= now && now <= new Date(certificate.validTo);
      const isOwn = isIssuedBy(certificate, new X509Certificate(authorityPem));
      if (isInForce && isOwn && signer.role === as.role) return signer;
    } catch {
      throw refused;
    }
    throw refused;
  }

  /** Whoever a certificate is of; throws what is none, or has a key of another kind. */
  static of(organisation: string, pem: string): OfflineSigner {
    const { role, publicKey } = readCertificate(pem);
    if (publicKey.asymmetricKeyDetails?.namedCurve !== CURVE) throw new Error('the key is not on P-256');
    return new OfflineSigner(organisation, role, serializeIdentity(organisation, pem), publicKey);
  }

  /** A signature of the bytes as Fabric takes it; refused with SIGNATURE_REFUSED where it is not this signer's. */
  accepted(bytes: Uint8Array, signature: Uint8Array): Uint8Array {
    const der = acceptedDer(this.key, bytes, signature);
    if (!der) throw new GridbookError('SIGNATURE_REFUSED');
    return der;
  }
}
