/** A client identity of the network's folder, and its signature. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeIdentity } from '../embedded/identity.js';
import { signDer } from '../x509/signature.js';

export class ClientIdentity {
  private constructor(
    readonly organisation: string,
    /** Fabric's SerializedIdentity. */
    readonly creator: Buffer,
    /** PEM. */
    readonly certificate: Buffer,
    private readonly key: KeyObject,
  ) {}

  /** Reads an identity from its MSP folder. */
  static read(organisation: string, folder: string): ClientIdentity {
    const certificate = readFileSync(join(folder, 'msp', 'signcerts', 'cert.pem'), 'utf8');
    const key = createPrivateKey(readFileSync(join(folder, 'msp', 'keystore', 'key.pem'), 'utf8'));
    const creator = serializeIdentity(organisation, certificate);
    return new ClientIdentity(organisation, creator, Buffer.from(certificate), key);
  }

  sign(bytes: Uint8Array): Buffer {
    return signDer(this.key, bytes);
  }
}
