/** The organisations and identities that stand in the block file. */
import type { KeyObject } from 'node:crypto';
import { isIssuedBy, readCertificate } from './certificate.js';
import {
  GENESIS_KIND,
  IDENTITY_KIND,
  isSignedByNode,
  ORGANISATION_KIND,
  readConfiguration,
  type SignedConfiguration,
} from './configuration.js';
import { nextEnvelope } from './envelope.js';
import { LedgerFormatError, LedgerIdentityError, LedgerVerificationError } from './errors.js';
import { readIdentity, type KnownIdentity } from './identity.js';
import { ByteReader } from './wire.js';

export class Roster {
  private readonly identities = new Map<string, KnownIdentity>();
  private readonly authorities = new Map<string, Buffer>();
  private id: Buffer | undefined;
  private nodeReference: Buffer | undefined;

  /** Reads the configuration envelopes at the start of a block's data. */
  static read(bytes: Buffer): SignedConfiguration[] {
    const data = new ByteReader(bytes);
    const found: SignedConfiguration[] = [];
    while (data.remaining > 0) {
      const { kind, fields } = nextEnvelope(data);
      found.push(readConfiguration(kind, fields));
    }
    return found;
  }

  /** Takes in the configuration of a block. What a first block introduces cannot be introduced otherwise later. */
  add(bytes: Buffer): void {
    // A copy, since what is kept must not hold on to the whole block.
    for (const { configuration: c } of Roster.read(Buffer.from(bytes))) {
      switch (c.kind) {
        case GENESIS_KIND:
          if (this.id) throw new LedgerFormatError('the block file names its ledger twice');
          this.id = c.ledgerId;
          this.nodeReference = c.node;
          break;
        case ORGANISATION_KIND: {
          const known = this.authorities.get(c.organisation);
          if (known && !known.equals(c.authorityDer)) {
            throw new LedgerIdentityError(`the block file names two authorities of ${c.organisation}`);
          }
          this.authorities.set(c.organisation, c.authorityDer);
          break;
        }
        case IDENTITY_KIND: {
          const identity = readIdentity(c.serialized);
          this.identities.set(identity.reference.toString('hex'), identity);
          break;
        }
      }
    }
  }

  /**
   * Verifies configuration that has been taken in: the node signed it, and each identity's certificate was issued by
   * the authority of its organisation.
   */
  verify(bytes: Buffer): void {
    for (const signed of Roster.read(bytes)) {
      if (!isSignedByNode(signed, this.ledgerId, this.nodeKey)) {
        throw new LedgerVerificationError('a configuration does not bear the signature of the node');
      }
      const c = signed.configuration;
      if (c.kind !== IDENTITY_KIND) continue;
      const { organisation, holder } = readIdentity(c.serialized);
      const authority = this.authorities.get(organisation);
      if (!authority || !isIssuedBy(holder.certificate, readCertificate(authority).certificate)) {
        throw new LedgerVerificationError(`a certificate was not issued by the authority of ${organisation}`);
      }
    }
  }

  get ledgerId(): Buffer {
    if (!this.id) throw new LedgerFormatError('the block file does not name its ledger');
    return this.id;
  }

  get nodeKey(): KeyObject {
    return this.identity(this.node).holder.publicKey;
  }

  /** Reference of the node's identity. */
  get node(): Buffer {
    if (!this.nodeReference) throw new LedgerFormatError('the block file does not name its node');
    return this.nodeReference;
  }

  /** DER of each organisation's authority. */
  get organisations(): ReadonlyMap<string, Buffer> {
    return this.authorities;
  }

  has(reference: Buffer): boolean {
    return this.identities.has(reference.toString('hex'));
  }

  identity(reference: Buffer): KnownIdentity {
    const identity = this.identities.get(reference.toString('hex'));
    if (!identity)
      throw new LedgerFormatError('a transaction names an identity that the block file does not introduce');
    return identity;
  }
}
