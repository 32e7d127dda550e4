/** The processes of a network: what each runs, and with which settings. */
import { join } from 'node:path';
import { ENGINE_FLAGS, PROGRAM } from './chaincode-program.js';
import type { Layout } from './layout.js';
import { LOOPBACK } from './listen-address.js';
import type { OrdererAdmin } from './orderer-client.js';
import type { Address } from './organisation-group.js';
import type { ChaincodePackage } from './package.js';
import { packageOf } from './package.js';
import { readFileSync } from 'node:fs';
import {
  CHAINCODE,
  ORDERER_ORGANISATION,
  type NetworkPlan,
  type OrdererPlan,
  type OrganisationPlan,
  type PeerPlan,
} from './plan.js';
import type { ProcessSpec } from './processes.js';
import type { Programs } from './programs.js';

export const ordererName = ({ name }: OrdererPlan): string => name;
export const peerName = (organisation: OrganisationPlan, { name }: PeerPlan): string =>
  `${name}.${organisation.name}`;
export const chaincodeName = ({ name }: OrganisationPlan): string => `chaincode.${name}`;

/** Fabric's own log: what goes wrong. More costs a seventh of the speed. */
const LOGGING = { FABRIC_LOGGING_SPEC: 'ERROR' };

export const authorityOf = (layout: Layout, organisation: string): string =>
  readFileSync(join(layout.organisation(organisation), 'ca', 'cert.pem'), 'utf8');

/** Where an orderer is administered, and as whom: it is its own administrator. */
export function adminOf(layout: Layout, orderer: OrdererPlan): OrdererAdmin {
  const { folder } = layout.orderer(orderer);
  const file = (of: string): string => readFileSync(join(folder, 'tls', of), 'utf8');
  return {
    ...{ host: LOOPBACK, port: orderer.adminPort, authorityPem: file('ca.pem') },
    client: { certificatePem: file('cert.pem'), keyPem: file('key.pem') },
  };
}

export const packageFor = (layout: Layout, { name, chaincodePort }: OrganisationPlan): ChaincodePackage =>
  packageOf(CHAINCODE, `${LOOPBACK}:${chaincodePort}`, authorityOf(layout, name));

export function ordererProcess(layout: Layout, { paths }: Programs, orderer: OrdererPlan): ProcessSpec {
  const environment = { FABRIC_CFG_PATH: layout.orderer(orderer).folder, ...LOGGING };
  return { name: ordererName(orderer), command: paths.orderer, args: [], environment };
}

export function peerProcess(
  layout: Layout,
  { paths }: Programs,
  organisation: OrganisationPlan,
  peer: PeerPlan,
): ProcessSpec {
  const environment = { FABRIC_CFG_PATH: layout.peer(organisation, peer).folder, ...LOGGING };
  return {
    name: peerName(organisation, peer),
    command: paths.peer,
    args: ['node', 'start'],
    environment,
  };
}

export function chaincodeProcess(layout: Layout, organisation: OrganisationPlan): ProcessSpec {
  const { chaincodePort, chaincodeHealthPort: healthPort } = organisation;
  const health: Record<string, string> =
    healthPort === undefined ? {} : { CHAINCODE_HEALTH_ADDRESS: `${LOOPBACK}:${healthPort}` };
  const tls = join(layout.organisation(organisation.name), 'chaincode', 'tls');
  return {
    name: chaincodeName(organisation),
    command: process.execPath,
    args: [...ENGINE_FLAGS, PROGRAM],
    environment: {
      CHAINCODE_ID: packageFor(layout, organisation).id,
      CHAINCODE_SERVER_ADDRESS: `${LOOPBACK}:${chaincodePort}`,
      ...health,
      CHAINCODE_TLS_KEY: join(tls, 'key.pem'),
      CHAINCODE_TLS_CERT: join(tls, 'cert.pem'),
      CORE_CHAINCODE_LOGGING_LEVEL: 'error',
    },
  };
}

/** Processes of one organisation, once it has its keys: the orderers', or a member's peers and chaincode. */
export function processesOf(
  layout: Layout,
  programs: Programs,
  plan: NetworkPlan,
  organisation: string,
): ProcessSpec[] {
  if (organisation === ORDERER_ORGANISATION)
    return plan.orderers.map((orderer) => ordererProcess(layout, programs, orderer));
  return plan.organisations
    .filter(({ name }) => name === organisation)
    .flatMap((member) => [
      ...member.peers.map((peer) => peerProcess(layout, programs, member, peer)),
      chaincodeProcess(layout, member),
    ]);
}

/** Every process of the network. */
export function allProcesses(layout: Layout, programs: Programs, plan: NetworkPlan): ProcessSpec[] {
  return [ORDERER_ORGANISATION, ...plan.organisations.map(({ name }) => name)].flatMap((organisation) =>
    processesOf(layout, programs, plan, organisation),
  );
}

/** Every process of a plan and where it listens: orderers, peers, chaincode. */
export function processPorts(
  plan: NetworkPlan,
): { readonly name: string; readonly addresses: readonly Address[] }[] {
  const { host } = plan;
  const local = (port: number): Address => ({ host: LOOPBACK, port });
  return [
    ...plan.orderers.map((orderer) => ({
      name: ordererName(orderer),
      addresses: [{ host, port: orderer.port }, local(orderer.adminPort), local(orderer.operationsPort)],
    })),
    ...plan.organisations.flatMap((organisation) =>
      organisation.peers.map((peer) => ({
        name: peerName(organisation, peer),
        addresses: [{ host, port: peer.port }, local(peer.operationsPort)],
      })),
    ),
    ...plan.organisations.map((organisation) => ({
      name: chaincodeName(organisation),
      addresses: [organisation.chaincodePort, organisation.chaincodeHealthPort ?? []].flat().map(local),
    })),
  ];
}
