/**
 * What an organisation does before it signs: it reads the bytes that a gateway gave it, and signs them only where they
 * are the batch that it asked for, under its own certificate, and of now. Needs no gateway and no network.
 */
import { X509Certificate, type KeyObject } from 'node:crypto';
import { LIMITS } from '../../schema/limits.js';
import { signDer } from '../x509/signature.js';
import { SigningError } from './errors.js';
import { OfflineProposal, OfflineTransaction } from './offline-bytes.js';
import { OfflineSigner } from './offline-signer.js';
import { CHANNEL } from './plan.js';

/** What was asked for. */
export interface Wanted {
  readonly organisation: string;
  /** The signer's certificate, PEM. */
  readonly certificatePem: string;
  /** The encoded batch. */
  readonly args: Uint8Array;
}

/** Reads what is to be signed; refused with a `SigningError` where it is not what was asked for. */
export function toBeSigned(
  bytes: Uint8Array,
  wanted: Wanted,
  nowMs: number,
): OfflineProposal | OfflineTransaction {
  const prepared = read(bytes);
  const { creator } = signerOf(wanted);
  if (Buffer.compare(prepared.signer.creator, creator) !== 0)
    throw new SigningError(
      `the bytes are not for this certificate of ${wanted.organisation}: have the batch prepared with it`,
    );
  if (Buffer.compare(prepared.args, wanted.args) !== 0)
    throw new SigningError('the bytes hold another batch than the one that was asked for: do not sign them');
  if (Math.abs(nowMs - prepared.time) > LIMITS.preparationMs) {
    const time = new Date(prepared.time).toISOString();
    throw new SigningError(
      `the batch was prepared at ${time}, more than ten minutes from now: prepare it anew`,
    );
  }
  return prepared;
}

/** Signs what was read, in DER; refused with a `SigningError` where the key is not the certificate's. */
export function signatureOf(
  { bytes, signer }: Pick<OfflineProposal, 'bytes' | 'signer'>,
  key: KeyObject,
): Buffer {
  try {
    const signature = signDer(key, bytes);
    signer.accepted(bytes, signature);
    return signature;
  } catch (cause) {
    throw new SigningError('the private key is not the one of the certificate', { cause });
  }
}

function read(bytes: Uint8Array): OfflineProposal | OfflineTransaction {
  for (const kind of [OfflineProposal, OfflineTransaction]) {
    try {
      return kind.read(bytes);
    } catch {
      continue;
    }
  }
  throw new SigningError(
    `the bytes are no proposal or transaction of a batch on the channel ${CHANNEL}, or there is more in them`,
  );
}

function signerOf({ organisation, certificatePem }: Wanted): OfflineSigner {
  try {
    return OfflineSigner.of(organisation, new X509Certificate(certificatePem).toString());
  } catch (cause) {
    throw new SigningError('the certificate cannot be read, or its key is not on P-256', { cause });
  }
}
