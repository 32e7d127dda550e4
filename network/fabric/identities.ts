/** Client identities of an organisation whose authority lies in the folder: issued, and revoked on the channel. */
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../make-folder.js';
import { revocationList, serialOf, type Revocation } from '../x509/revoke.js';
import { formerOf } from './aside.js';
import { revoking } from './channel-config.js';
import { NameError, RefusedError } from './errors.js';
import { makeClient, write } from './keys.js';
import type { Layout } from './layout.js';
import { Administration } from './membership.js';
import type { NetworkPlan } from './plan.js';
import { organisationHere } from './plan-change.js';

export interface NamedIdentity {
  readonly organisation: string;
  readonly name: string;
}

const ADMIN = 'admin';
const certificateOf = (folder: string): string => join(folder, 'msp', 'signcerts', 'cert.pem');

/** Issues an identity with a role; answers its folder, which has certificate and private key. */
export async function issueIdentity(
  layout: Layout,
  plan: NetworkPlan,
  { organisation, name, role }: NamedIdentity & { readonly role: string },
): Promise<string> {
  organisationHere(plan, organisation);
  const folder = layout.identity(organisation, name);
  if (existsSync(certificateOf(folder)))
    throw new RefusedError(`${organisation} has an identity ${name} already`);
  await makeClient(layout, organisation, role, name);
  return folder;
}

/**
 * Revokes an identity: the channel's peers and orderers take nothing from it any more. Its folder is moved aside.
 * Answers where to.
 */
export async function revokeIdentity(
  layout: Layout,
  plan: NetworkPlan,
  { organisation, name }: NamedIdentity,
  now: Date,
): Promise<string> {
  organisationHere(plan, organisation);
  // Without it nobody could sign for the organisation any more.
  if (name === ADMIN) throw new RefusedError(`the administrator of ${organisation} cannot be revoked`);
  const folder = layout.identity(organisation, name);
  if (!existsSync(certificateOf(folder))) {
    const all = identitiesOf(layout, organisation).join(', ');
    throw new NameError(`${organisation} has no identity ${name}; there are ${all}`);
  }
  const serial = await serialOf(readFileSync(certificateOf(folder), 'utf8'));
  // One that was renewed counts until its end: those before it go with it.
  const former = formerOf(layout, certificateOf(folder)).map((path) => serialOf(readFileSync(path, 'utf8')));
  const serials = [...(await Promise.all(former)), serial];
  const authority = join(layout.organisation(organisation), 'ca');
  const known = join(authority, 'revoked.json');
  const before = existsSync(known) ? (JSON.parse(readFileSync(known, 'utf8')) as Revocation[]) : [];
  const all = [
    ...before.filter((other) => !serials.includes(other.serial)),
    ...serials.map((each) => ({ serial: each, timeMs: now.getTime() })),
  ];
  const pair = {
    certificatePem: readFileSync(join(authority, 'cert.pem'), 'utf8'),
    keyPem: readFileSync(join(authority, 'key.pem'), 'utf8'),
  };
  const list = await revocationList(pair, all, now);
  // Noted first: a revocation that does not reach the channel now does with the next one.
  write(known, JSON.stringify(all));
  const at = new Administration(layout, plan);
  try {
    // Its own certificates are the organisation's affair alone.
    await at.propose(revoking(await at.config(), organisation, list), organisation, 1);
  } finally {
    at.close();
  }
  const aside = join(layout.organisation(organisation), 'revoked', `${name}-${serial.slice(0, 8)}`);
  makeFolder(dirname(aside), 0o700);
  renameSync(folder, aside);
  return aside;
}

/** Names of those that may be revoked. */
function identitiesOf(layout: Layout, organisation: string): string[] {
  const names = readdirSync(layout.identity(organisation, ''));
  return names.filter(
    (name) => name !== ADMIN && existsSync(certificateOf(layout.identity(organisation, name))),
  );
}
