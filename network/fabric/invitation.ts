/** Files that organisations give each other: who wants to join, and what it must know to do so. Nothing in them is secret. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError, RefusedError } from './errors.js';
import { makeKeys, write } from './keys.js';
import { Layout } from './layout.js';
import { authorityOf } from './nodes.js';
import {
  isAddress,
  isOrganisationName,
  ORGANISATION_NAME,
  type Address,
  type OrganisationDefinition,
} from './organisation-group.js';
import {
  CONSENSUS,
  ordererAddresses,
  ORDERER_ORGANISATION,
  planNewcomer,
  type Consensus,
  type NetworkPlan,
} from './plan.js';
import { writePlan } from './plan-file.js';
import { jsonOf } from './processes.js';

const DEFINITION = 'gridbook-organisation-1';
const INVITATION = 'gridbook-invitation-1';

export interface Invitation {
  readonly format: typeof INVITATION;
  /** Name of the organisation that is invited. */
  readonly organisation: string;
  readonly channel: string;
  /** Version of Fabric that the network runs. */
  readonly fabric: string;
  /** First block of the channel, base64. */
  readonly genesisBlock: string;
  readonly orderers: readonly Address[];
  /** How they agree on blocks; raft where an older version does not say. */
  readonly consensus?: Consensus;
  /** Certificate of the orderers' authority, PEM. */
  readonly ordererAuthorityPem: string;
}

export interface NewcomerOptions {
  readonly folder: string;
  readonly name: string;
  readonly role: string;
  readonly peers: number;
  readonly basePort: number;
  /** Address or host name at which its nodes listen and are reached; loopback by default. */
  readonly host?: string;
}

/** Makes an organisation with its keys, which stay in the folder, and answers what others must know of it. */
export async function newOrganisation(
  { folder, name, role, ...sizes }: NewcomerOptions,
  fabric: string,
): Promise<OrganisationDefinition & { readonly format: string }> {
  const layout = new Layout(folder);
  if (existsSync(layout.plan)) throw new RefusedError(`there is a network in ${folder} already`);
  if (!isOrganisationName(name)) throw new NetworkError(ORGANISATION_NAME);
  if (name === ORDERER_ORGANISATION) throw new RefusedError(`${name} is the name of the orderers`);
  const plan = await planNewcomer({ name, role }, sizes, fabric);
  await makeKeys(layout, plan);
  writePlan(layout, plan);
  return definitionOf(layout, plan);
}

function definitionOf(
  layout: Layout,
  { host, organisations: [{ name, peers }] }: NetworkPlan,
): OrganisationDefinition & { readonly format: string } {
  const anchor = { host, port: peers[0].port };
  return { format: DEFINITION, name, authorityPem: authorityOf(layout, name), anchor };
}

/** What the organisation must know to join; the one that it was signed in for keeps it. */
export function invitationFor(layout: Layout, plan: NetworkPlan, organisation: string): Invitation {
  return {
    ...{ format: INVITATION, organisation, channel: plan.channel, fabric: plan.fabric },
    genesisBlock: readFileSync(layout.genesisBlock).toString('base64'),
    ...{ orderers: ordererAddresses(plan), consensus: plan.consensus },
    ordererAuthorityPem: authorityOf(layout, ORDERER_ORGANISATION),
  };
}

/** Notes in a newcomer's folder what its invitation says. */
export function acceptInvitation(layout: Layout, plan: NetworkPlan, invitation: Invitation): NetworkPlan {
  const [{ name }] = plan.organisations;
  if (invitation.organisation !== name)
    throw new RefusedError(`the invitation is for ${invitation.organisation}, and here is ${name}`);
  if (invitation.fabric !== plan.fabric)
    throw new NetworkError(
      `the network runs Fabric ${invitation.fabric}, the programs here are ${plan.fabric}`,
    );
  const block = Buffer.from(invitation.genesisBlock, 'base64');
  if (existsSync(layout.genesisBlock) && !readFileSync(layout.genesisBlock).equals(block))
    throw new RefusedError(`${name} takes part in another channel already`);
  write(layout.genesisBlock, block);
  write(join(layout.organisation(ORDERER_ORGANISATION), 'ca', 'cert.pem'), invitation.ordererAuthorityPem);
  const { orderers, consensus = 'raft' } = invitation;
  const joined = { ...plan, consensus, remoteOrderers: orderers };
  writePlan(layout, joined);
  return joined;
}

/** Reads a file that another organisation gave: of its form, and with contents that may be used. */
export function readGiven<T extends { readonly format: string }>(
  path: string,
  format: T['format'],
  isSound: (value: Partial<T>) => boolean,
): T {
  if (statSync(path).isDirectory())
    throw new RefusedError(`${path} is a folder, and no file of the form ${format}`);
  const value = jsonOf<T>(readFileSync(path, 'utf8'));
  if (value === undefined)
    throw new RefusedError(`${path} is no JSON, and so not a file of the form ${format}`);
  if (value?.format !== format) throw new RefusedError(`${path} is not a file of the form ${format}`);
  if (!isSound(value)) throw new RefusedError(`${path} is damaged: a value in it is not of its form`);
  return value;
}

export const readDefinition = (path: string): OrganisationDefinition =>
  readGiven<OrganisationDefinition & { readonly format: string }>(
    path,
    DEFINITION,
    ({ name, anchor, authorityPem }) =>
      isOrganisationName(name) && isAddress(anchor) && isAuthority(authorityPem),
  );

export const readInvitation = (path: string): Invitation =>
  readGiven<Invitation>(
    path,
    INVITATION,
    ({ organisation, genesisBlock, orderers, consensus = 'raft', ordererAuthorityPem }) =>
      isOrganisationName(organisation) &&
      typeof genesisBlock === 'string' &&
      Array.isArray(orderers) &&
      orderers.length > 0 &&
      orderers.every(isAddress) &&
      CONSENSUS.includes(consensus) &&
      isAuthority(ordererAuthorityPem),
  );

function isAuthority(pem: unknown): boolean {
  try {
    return typeof pem === 'string' && new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}
