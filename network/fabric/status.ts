/** What runs of a network: a row a process. */
import { get } from 'node:http';
import { chaincodeHealth } from './chaincode-health.js';
import { ClientIdentity } from './client-identity.js';
import type { Layout } from './layout.js';
import { LOOPBACK } from './listen-address.js';
import { committedDefinition, type Definition } from './lifecycle.js';
import { adminOf, authorityOf, chaincodeName, ordererName, peerName } from './nodes.js';
import { partOf } from './orderer-client.js';
import { PeerClient } from './peer-client.js';
import { CHAINCODE, CHANNEL, ORDERER_ORGANISATION, type NetworkPlan, type OrganisationPlan } from './plan.js';
import type { OrdererPlan, PeerPlan } from './plan.js';
import { runningPid } from './processes.js';

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

export async function networkStatus(layout: Layout, plan: NetworkPlan): Promise<ProcessStatus[]> {
  const rows = await Promise.all([
    ...plan.orderers.map((orderer) => ordererStatus(layout, orderer)),
    ...plan.organisations.flatMap((organisation) =>
      organisation.peers.map((peer) => peerStatus(layout, plan, organisation, peer)),
    ),
    ...plan.organisations.map((organisation) => chaincodeStatus(layout, plan, organisation)),
  ]);
  const highest = Math.max(0, ...rows.map(({ height }) => height ?? 0));
  return rows.map((row) => (row.height === undefined ? row : { ...row, lag: highest - row.height }));
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
      () => undefined,
    ),
  ]);
  return { ...row, health, ...(height === undefined ? {} : { height }) };
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
      client.height(admin, CHANNEL).catch(() => undefined),
      committedDefinition(client, admin, CHAINCODE).catch(() => undefined),
    ]);
    return {
      ...{ ...row, health },
      ...(height === undefined ? {} : { height }),
      ...(definition === undefined ? {} : { definition }),
    };
  } finally {
    client.close();
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
      resolve(response.statusCode === 200 ? 'ok' : `unhealthy (${response.statusCode})`);
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve('does not answer'));
  });
}
