/**
 * Envelopes that are no transactions: the ledger's own facts, organisations and identities. An organisation or
 * identity stands once in the file, in front of the first block's transactions that need it; the node signs each.
 */
import type { KeyObject } from 'node:crypto';
import { ENVELOPE_FORMAT, SIGNATURE_BYTES } from './envelope.js';
import { LedgerFormatError } from './errors.js';
import { sign, verify } from '../x509/signature.js';
import { ByteWriter, type ByteReader } from './wire.js';

/** Bytes of a ledger's id. */
export const LEDGER_ID_BYTES = 16;

export const GENESIS_KIND = 0;
export const ORGANISATION_KIND = 1;
export const IDENTITY_KIND = 2;

export type Configuration =
  | {
      readonly kind: typeof GENESIS_KIND;
      readonly ledgerId: Buffer;
      readonly createdMs: number;
      /** Reference of the node's identity, whose key signs all configuration. */
      readonly node: Buffer;
    }
  | { readonly kind: typeof ORGANISATION_KIND; readonly organisation: string; readonly authorityDer: Buffer }
  | { readonly kind: typeof IDENTITY_KIND; readonly serialized: Buffer };

/** A configuration as read, with what its signature covers. */
export interface SignedConfiguration {
  readonly configuration: Configuration;
  readonly body: Buffer;
  readonly signature: Buffer;
}

const SIGNED = Buffer.from('gridbook configuration 1\0');

/** An envelope of configuration, signed by the node. */
export function encodeConfiguration(c: Configuration, ledgerId: Uint8Array, nodeKey: KeyObject): Buffer {
  const w = new ByteWriter(1024).u32(0).u8(ENVELOPE_FORMAT).u8(c.kind);
  switch (c.kind) {
    case GENESIS_KIND:
      w.raw(c.ledgerId).u64(c.createdMs).raw(c.node);
      break;
    case ORGANISATION_KIND:
      w.text(c.organisation).bytes(c.authorityDer);
      break;
    case IDENTITY_KIND:
      w.bytes(c.serialized);
      break;
  }
  const signature = sign(nodeKey, signedBytes(ledgerId, w.view(4)));
  w.raw(signature).patchU32(0, w.length - 4);
  return w.take();
}

/** Reads the fields of a configuration envelope after its kind. */
export function readConfiguration(kind: number, r: ByteReader): SignedConfiguration {
  const start = r.offset - 2;
  const configuration = fields(kind, r);
  const body = r.buffer.subarray(start, r.offset);
  const signature = r.raw(SIGNATURE_BYTES);
  r.finish();
  return { configuration, body, signature };
}

/** Whether the node signed it. */
export function isSignedByNode(c: SignedConfiguration, ledgerId: Uint8Array, nodeKey: KeyObject): boolean {
  return verify(nodeKey, signedBytes(ledgerId, c.body), c.signature);
}

function fields(kind: number, r: ByteReader): Configuration {
  switch (kind) {
    case GENESIS_KIND:
      return { kind, ledgerId: r.raw(LEDGER_ID_BYTES), createdMs: r.u64(), node: r.raw(32) };
    case ORGANISATION_KIND:
      return { kind, organisation: r.text(), authorityDer: r.bytes() };
    case IDENTITY_KIND:
      return { kind, serialized: r.bytes() };
    default:
      throw new LedgerFormatError('an envelope is of an unknown kind');
  }
}

function signedBytes(ledgerId: Uint8Array, body: Uint8Array): Buffer {
  return Buffer.concat([SIGNED, ledgerId, body]);
}
