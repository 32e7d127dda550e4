/**
 * The keys of a single-node ledger: a certificate authority an organisation, a client certificate a role, made when
 * first used and kept under `identities/<organisation>/` with mode 0600.
 */
import { createPrivateKey } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GridbookError } from '../../schema/errors.js';
import { makeFolder } from '../make-folder.js';
import { issue, issueAuthority, type KeyPair, type Unit } from '../x509/issue.js';
import { readCertificate } from './certificate.js';
import { syncFolder, writeFileDurably } from './durable.js';
import { LedgerIdentityError } from './errors.js';
import { readIdentity, serializeIdentity, type SigningIdentity } from './identity.js';

/** Membership service provider id of the node itself, which endorses. */
export const NODE_ORGANISATION = 'GridbookNode';
/** The node's role attribute; no client can ask for it. */
const NODE_ROLE = 'NODE';
/** Names that are also names of files. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const CA = 'ca';
const DAY_MS = 86_400_000;

export class IdentityStore {
  private readonly ready = new Map<string, SigningIdentity>();
  private readonly pending = new Map<string, Promise<unknown>>();

  constructor(
    private readonly folder: string,
    private readonly clock: () => number,
  ) {
    makeFolder(folder, 0o700);
    chmodSync(folder, 0o700);
  }

  /** The identity that signs for a role of an organisation; answers at once where it is at hand. */
  client(organisation: string, role: string): SigningIdentity | Promise<SigningIdentity> {
    const name = `${organisation}/client.${role}`;
    const known = this.ready.get(name);
    if (known) return known;
    if (!NAME.test(organisation) || !NAME.test(role) || organisation === NODE_ORGANISATION) {
      throw new GridbookError('NOT_AUTHORISED');
    }
    return this.identity(organisation, role, 'client');
  }

  /** The node's endorsing identity. */
  node(): Promise<SigningIdentity> {
    return this.identity(NODE_ORGANISATION, NODE_ROLE, 'peer');
  }

  /** DER of an organisation's authority, made where it is missing. */
  async authorityDer(organisation: string): Promise<Buffer> {
    return readCertificate((await this.authority(organisation)).certificatePem).certificate.raw;
  }

  private identity(organisation: string, role: string, unit: Unit): Promise<SigningIdentity> {
    const name = `${organisation}/${unit}.${role}`;
    return this.once(name, async () => {
      const subject = { organisation, commonName: role, unit, attributes: { role } };
      const make = async (): Promise<KeyPair> =>
        issue(await this.authority(organisation), subject, this.notBefore());
      const pair = await this.keep(organisation, `${unit}.${role}`, make);
      const known = readIdentity(serializeIdentity(organisation, pair.certificatePem));
      const privateKey = createPrivateKey(pair.keyPem);
      const authorityDer = await this.authorityDer(organisation);
      const identity: SigningIdentity = { ...known, privateKey, authorityDer };
      this.ready.set(name, identity);
      return identity;
    });
  }

  private authority(organisation: string): Promise<KeyPair> {
    return this.once(`${organisation}/${CA}`, () =>
      this.keep(organisation, CA, () => issueAuthority(organisation, this.notBefore())),
    );
  }

  /** Valid from a day ago, so that a clock put back a little does not turn away what was signed. */
  private notBefore(): Date {
    return new Date(Math.floor((this.clock() - DAY_MS) / 1000) * 1000);
  }

  /** One making at a time of one thing; a failure is forgotten, so that the next caller tries again. */
  private once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const running = this.pending.get(name) as Promise<T> | undefined;
    if (running) return running;
    const made = make();
    this.pending.set(name, made);
    made.catch(() => this.pending.delete(name));
    return made;
  }

  /** Reads a pair, or makes it; the certificate is written last, so that a pair with one is whole. */
  private async keep(organisation: string, name: string, make: () => Promise<KeyPair>): Promise<KeyPair> {
    const folder = join(this.folder, organisation);
    const certificatePath = join(folder, `${name}.pem`);
    const keyPath = join(folder, `${name}.key`);
    if (existsSync(certificatePath)) {
      try {
        const pair = {
          certificatePem: readFileSync(certificatePath, 'utf8'),
          keyPem: readFileSync(keyPath, 'utf8'),
        };
        if (
          !readCertificate(pair.certificatePem).certificate.checkPrivateKey(createPrivateKey(pair.keyPem))
        ) {
          throw new LedgerIdentityError('the key is not that of the certificate');
        }
        return pair;
      } catch (error) {
        throw new LedgerIdentityError(
          `the key or certificate ${name} of ${organisation} cannot be used`,
          {},
          { cause: error },
        );
      }
    }
    const pair = await make();
    if (!existsSync(folder)) {
      mkdirSync(folder, { mode: 0o700 });
      syncFolder(this.folder);
    }
    writeFileDurably(keyPath, pair.keyPem, 0o600);
    writeFileDurably(certificatePath, pair.certificatePem, 0o600);
    return pair;
  }
}

/** DER of the authorities in an identities folder, by organisation. */
export function authoritiesIn(folder: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const organisation of existsSync(folder) ? readdirSync(folder).sort() : []) {
    const path = join(folder, organisation, `${CA}.pem`);
    if (existsSync(path)) found.set(organisation, readCertificate(readFileSync(path)).certificate.raw);
  }
  return found;
}
