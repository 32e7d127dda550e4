/** Identities as Fabric serialises them, and the short reference by which the block file names them. */
import type { KeyObject } from 'node:crypto';
import { readCertificate, type Holder } from './certificate.js';
import { sha256 } from '../x509/der.js';
import { LedgerFormatError, LedgerIdentityError } from './errors.js';

/** An identity whose certificate stands in the block file. */
export interface KnownIdentity {
  readonly organisation: string;
  readonly role: string;
  /** Fabric's SerializedIdentity: {1: MSP id, 2: certificate in PEM}. */
  readonly serialized: Buffer;
  /** SHA-256 of the serialised form. */
  readonly reference: Buffer;
  readonly holder: Holder;
}

/** An identity that can sign. */
export interface SigningIdentity extends KnownIdentity {
  /** Certificate of its organisation's authority, DER. */
  readonly authorityDer: Buffer;
  readonly privateKey: KeyObject;
}

/** Fabric's protobuf: two length-delimited fields. */
export function serializeIdentity(organisation: string, certificatePem: string): Buffer {
  const field = (tag: number, bytes: Buffer): Buffer[] => [
    Buffer.from([tag, ...varint(bytes.length)]),
    bytes,
  ];
  return Buffer.concat([
    ...field(0x0a, Buffer.from(organisation)),
    ...field(0x12, Buffer.from(certificatePem)),
  ]);
}

/** Reads a serialised identity; the organisation must be the one that its certificate names. */
export function readIdentity(serialized: Buffer): KnownIdentity {
  const [organisationBytes, next] = lengthDelimited(serialized, 0, 0x0a);
  const [pem, end] = lengthDelimited(serialized, next, 0x12);
  if (end !== serialized.length) throw new LedgerFormatError('a serialised identity has bytes after its end');
  const organisation = organisationBytes.toString();
  const holder = readCertificate(pem);
  if (holder.organisation !== organisation) {
    throw new LedgerIdentityError(
      `the certificate of an identity of ${organisation} names another organisation`,
    );
  }
  return { organisation, role: holder.role, serialized, reference: sha256(serialized), holder };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function lengthDelimited(bytes: Buffer, at: number, tag: number): [Buffer, number] {
  if (bytes[at] !== tag) throw new LedgerFormatError('a serialised identity is not of its form');
  let length = 0;
  let shift = 0;
  let offset = at + 1;
  for (;;) {
    const byte = bytes[offset++];
    if (byte === undefined || shift > 21)
      throw new LedgerFormatError('a serialised identity is not of its form');
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    shift += 7;
  }
  if (offset + length > bytes.length) throw new LedgerFormatError('a serialised identity ends too early');
  return [bytes.subarray(offset, offset + length), offset + length];
}
