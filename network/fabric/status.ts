/** What runs of a network: a row a process. */
import { get } from 'node:http';
import { chaincodeHealth } from './chaincode-health.js';
import { ClientIdentity } from './client-identity.js';
import type { Layout } from './layout.js';
import { LOOPBACK } from './listen-address.js';
import { channelsOf, committedDefinition, type Definition } from './lifecycle.js';
import { adminOf, authorityOf, chaincodeName, ordererName, peerName } from './nodes.js';
import { NoPartError, partOf } from './orderer-client.js';
import { PeerClient } from './peer-client.js';
import { CHAINCODE, CHANNEL, ORDERER_ORGANISATION, type NetworkPlan, type OrganisationPlan } from './plan.js';
import type { OrdererPlan, PeerPlan } from './plan.js';
import { runningPid } from './processes.js';
import { partsOf } from './taking-part.js';

export interface ProcessStatus {
  readonly name: string;
  readonly role: 'orderer' | 'peer' | 'chaincode';
  readonly organisation: string;
  readonly port: number;
  /** Undefined where it does not run. */
  readonly pid?: number;
  /** `ok`, or what is wrong with it. */
  readonly health: string;
  /** Blocks that it has. */
  readonly height?: number;
  /** Blocks that it has fewer than the one that has most. */
  readonly lag?: number;
  /** The definition of the chaincode that its channel has. */
  readonly definition?: Definition;
}

const ANSWER_MS = 3_000;
const DOWN = 'not running';
const WELL = 'ok';
/** A node that runs, and was never brought into the channel or lost it. */
export const APART = 'not in the channel';
const SILENT = 'does not tell of the channel';
/** A peer whose organisation was removed: it goes on with what it has, and gets nothing more. */
export const OUTSIDE = 'its organisation takes no part in the channel';

export async function networkStatus(layout: Layout, plan: NetworkPlan): Promise<ProcessStatus[]> {
  const rows = await Promise.all([
    ...plan.orderers.map((orderer) => ordererStatus(layout, orderer)),
    ...plan.organisations.flatMap((organisation) =>
      organisation.peers.map((peer) => peerStatus(layout, plan, organisation, peer)),
    ),
    ...plan.organisations.map((organisation) => chaincodeStatus(layout, plan, organisation)),
  ]);
  const asked = plan.organisations
    .map(({ name }) => name)
    .filter((name) => rows.some((row) => row.role === 'peer' && row.organisation === name && row.pid));
  const parts = await partsOf(layout, plan, asked);
  // A peer alone in its folder may lag behind those elsewhere.
  const heights = [...rows, ...parts].map(({ height }) => height ?? 0);
  const highest = Math.max(0, ...heights);
  return rows.map((row) => {
    if (row.height === undefined) return row;
    // How far the others are is told to nobody who takes no part.
    if (row.role === 'peer' && parts[asked.indexOf(row.organisation)]?.isRefused)
      return { ...row, health: row.health === WELL ? OUTSIDE : row.health };
    return { ...row, lag: highest - row.height };
  });
}

async function ordererStatus(layout: Layout, orderer: OrdererPlan): Promise<ProcessStatus> {
  const pid = runningPid(layout, ordererName(orderer));
  const row = {
    ...{
      name: ordererName(orderer),
      role: 'orderer' as const,
      organisation: ORDERER_ORGANISATION,
      port: orderer.port,
    },
    ...(pid === undefined ? {} : { pid }),
  };
  if (pid === undefined) return { ...row, health: DOWN };
  const [health, height] = await Promise.all([
    healthOf(orderer.operationsPort),
    partOf(adminOf(layout, orderer), CHANNEL).then(
      (part) => part.height,
      (error: Error) => (error instanceof NoPartError ? APART : SILENT),
    ),
  ]);
  return withHeight(row, health, height);
}

async function peerStatus(
  layout: Layout,
  { host }: NetworkPlan,
  organisation: OrganisationPlan,
  peer: PeerPlan,
): Promise<ProcessStatus> {
  const name = peerName(organisation, peer);
  const pid = runningPid(layout, name);
  const row = {
    ...{ name, role: 'peer' as const, organisation: organisation.name, port: peer.port },
    ...(pid === undefined ? {} : { pid }),
  };
  if (pid === undefined) return { ...row, health: DOWN };
  const admin = ClientIdentity.read(organisation.name, layout.identity(organisation.name, 'admin'));
  const authority = Buffer.from(authorityOf(layout, organisation.name));
  const client = new PeerClient(`${host}:${peer.port}`, authority);
  try {
    const [health, height, definition] = await Promise.all([
      healthOf(peer.operationsPort),
      client.height(admin, CHANNEL).catch(() => absenceOf(client, admin)),
      committedDefinition(client, admin, CHAINCODE).catch(() => undefined),
    ]);
    return { ...withHeight(row, health, height), ...(definition === undefined ? {} : { definition }) };
  } finally {
    client.close();
  }
}

/** A node that is well by itself and does not tell its height is not well: what it says instead stands for it. */
const withHeight = <T extends object>(
  row: T,
  health: string,
  height: number | string,
): T & { health: string; height?: number } =>
  typeof height === 'number'
    ? { ...row, health, height }
    : { ...row, health: health === WELL ? height : health };

/** Why a peer that answers tells of no height. */
async function absenceOf(client: PeerClient, admin: ClientIdentity): Promise<string> {
  try {
    return (await channelsOf(client, admin)).includes(CHANNEL) ? SILENT : APART;
  } catch {
    return SILENT;
  }
}

async function chaincodeStatus(
  layout: Layout,
  plan: NetworkPlan,
  organisation: OrganisationPlan,
): Promise<ProcessStatus> {
  const name = chaincodeName(organisation);
  const pid = runningPid(layout, name);
  const row = {
    ...{ name, role: 'chaincode' as const, organisation: organisation.name },
    port: organisation.chaincodePort,
  };
  if (pid === undefined) return { ...row, health: DOWN };
  return { ...row, pid, health: await chaincodeHealth(layout, plan, organisation) };
}

/** What a node says of itself at its operations address. */
function healthOf(port: number): Promise<string> {
  return new Promise((resolve) => {
    const sent = get({ host: LOOPBACK, port, path: '/healthz', timeout: ANSWER_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? WELL : `unhealthy (${response.statusCode})`);
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve('does not answer'));
  });
}
