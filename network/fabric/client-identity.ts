/** A client identity of the network's folder, and its signature. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeIdentity } from '../embedded/identity.js';
import { signDer } from '../x509/signature.js';
import { NetworkError } from './errors.js';

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

  /** Refuses what every node would refuse, and says why. */
  requireValid(now = Date.now()): this {
    const { validFrom, validTo, subject } = new X509Certificate(this.certificate);
    const who = `${/CN=(.*)/.exec(subject)?.[1] ?? 'a client'} of ${this.organisation}`;
    if (Date.parse(validTo) < now)
      throw new NetworkError(
        `the certificate of ${who} expired on ${validTo}: put a renewed one in its place`,
      );
    if (Date.parse(validFrom) > now)
      throw new NetworkError(`the certificate of ${who} counts from ${validFrom} on: set the clock`);
    return this;
  }

  sign(bytes: Uint8Array): Buffer {
    return signDer(this.key, bytes);
  }
}
