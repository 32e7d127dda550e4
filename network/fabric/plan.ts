/** What a network consists of: organisations, their nodes, and where each listens. Kept in the folder's network.json. */
import { isFree, LOOPBACK, requireListenAddress } from './listen-address.js';
import { NetworkError } from './errors.js';
import { isOrganisationName, ORGANISATION_NAME, type Address } from './organisation-group.js';

export const CHANNEL = 'energy';
export const CHAINCODE = 'gridbook';
export const ORDERER_ORGANISATION = 'Orderers';

/** How orderers agree on blocks: raft bears some that fail, BFT also some that lie. */
export const CONSENSUS = ['raft', 'bft'] as const;
export type Consensus = (typeof CONSENSUS)[number];
/** Orderers that a network has unless it is told otherwise, and the least that it may have. */
export const ORDERERS: Readonly<Record<Consensus, { readonly usual: number; readonly least: number }>> = {
  raft: { usual: 3, least: 1 },
  bft: { usual: 4, least: 4 },
};

export interface PeerPlan {
  readonly name: string;
  /** Where it listens, if it is not one of the folder's own. */
  readonly host?: string;
  readonly port: number;
  readonly operationsPort: number;
}
export interface OrganisationPlan {
  /** Its name, which is its MSP id. */
  readonly name: string;
  /** Role of its client identity. */
  readonly role: string;
  readonly peers: readonly PeerPlan[];
  readonly chaincodePort: number;
  /** Where the chaincode process tells of its health; a network made before it did has none. */
  readonly chaincodeHealthPort?: number;
}
export interface OrdererPlan {
  readonly name: string;
  readonly port: number;
  readonly adminPort: number;
  readonly operationsPort: number;
}
/** A node that is on its way into the network. */
export interface UnfinishedNode {
  /** Name of its process. */
  readonly name: string;
  /** Where what it had before lies, if it had anything: its name under `Layout.aside`. */
  readonly aside?: string;
}
/** An organisation that was removed from the channel, whose keys and data were here. */
export interface RemovedOrganisation {
  readonly name: string;
  /** Where they lie: a name under `Layout.aside`. */
  readonly aside: string;
}
export interface NetworkPlan {
  readonly format: 1;
  /** Version of Fabric that it was made with. */
  readonly fabric: string;
  readonly channel: string;
  /** Address or host name at which the nodes of this folder listen, and by which others reach them. */
  readonly host: string;
  /** Port that its ports were looked for from; a network made before it was kept has none. */
  readonly basePort?: number;
  /** Organisations whose keys and nodes are here. */
  readonly organisations: readonly OrganisationPlan[];
  readonly consensus: Consensus;
  /** Orderers that run here. */
  readonly orderers: readonly OrdererPlan[];
  /** Orderers that run elsewhere, in a folder that was invited. */
  readonly remoteOrderers?: readonly Address[];
  /** Nodes that were begun to be added or replaced: whoever repeats that goes on with it. */
  readonly unfinished?: readonly UnfinishedNode[];
  readonly removed?: readonly RemovedOrganisation[];
}

/** Where transactions may be given to be ordered. */
export const ordererAddresses = ({
  host,
  orderers,
  remoteOrderers = [],
}: NetworkPlan): readonly Address[] => [...orderers.map(({ port }) => ({ host, port })), ...remoteOrderers];

export interface PlanOptions {
  readonly organisations: number;
  /** Name of the first organisation, which is a host. */
  readonly organisation?: string;
  readonly peers: number;
  readonly orderers: number;
  /** Raft by default. */
  readonly consensus?: Consensus;
  readonly basePort: number;
  /** Address or host name at which nodes listen and are reached; loopback by default. */
  readonly host?: string;
}

/** What a network of tests is made with. No command takes it and no folder keeps it: `up` without it puts it back. */
export interface Liberties {
  /** Peers take proposals of any time. */
  readonly anyTime: boolean;
  /** Organisations without nodes, whose clients may sign. */
  readonly guests: readonly string[];
}

/** What `gridbook network up` makes unless it is told otherwise. */
export const DEFAULT_PLAN: PlanOptions = {
  organisations: 3,
  peers: 1,
  orderers: ORDERERS.raft.usual,
  basePort: 7_050,
};

/** Ports that a network takes. */
export const portCount = ({ organisations, peers, orderers }: PlanOptions): number =>
  organisations * (2 * peers + 2) + 3 * orderers;

/** The first organisations bear the names of the demonstration; others are numbered. */
const NAMED = [
  { name: 'Brightwater', role: 'HOST' },
  { name: 'Gridline', role: 'NETWORK_OPERATOR' },
  { name: 'EnergyOffice', role: 'REGULATOR' },
  { name: 'Meterworks', role: 'METERING_DATA_PROVIDER' },
] as const;

/** Why orderers cannot agree in this way; undefined where they can. */
export function faultOfOrderers(consensus: Consensus, count: number): string | undefined {
  const { least } = ORDERERS[consensus];
  return count < least
    ? `of fewer than ${least} orderers ${consensus} can spare none: give ${least} or more`
    : undefined;
}

function namedAt(
  index: number,
  { organisation }: Pick<PlanOptions, 'organisation'>,
): { readonly name: string; readonly role: string } {
  const named = NAMED[index] ?? { name: `Retailer${index + 1}`, role: 'HOST' };
  return index === 0 && organisation !== undefined ? { ...named, name: organisation } : named;
}

/** Why the first organisation cannot bear a name; undefined where it can. */
export function faultOfName({
  organisation: name,
  organisations,
}: Pick<PlanOptions, 'organisation' | 'organisations'>): string | undefined {
  if (name === undefined) return undefined;
  if (!isOrganisationName(name)) return ORGANISATION_NAME;
  if (name === ORDERER_ORGANISATION) return `${name} is the name of the orderers`;
  const others = Array.from({ length: organisations - 1 }, (_, i) => namedAt(i + 1, {}).name);
  return others.includes(name) ? `${name} is the name of another organisation here` : undefined;
}

/** Plans a network on ports that are free now, from `basePort` upwards. */
export async function makePlan(options: PlanOptions, fabric: string): Promise<NetworkPlan> {
  const { host = LOOPBACK, consensus = 'raft' } = options;
  const fault = faultOfOrderers(consensus, options.orderers) ?? faultOfName(options);
  if (fault !== undefined) throw new NetworkError(fault);
  await requireListenAddress(host);
  const port = portsFrom(options.basePort, host);
  const organisations: OrganisationPlan[] = [];
  for (let o = 0; o < options.organisations; o++) {
    const named = namedAt(o, options);
    organisations.push(await planOrganisation(named, options.peers, port));
  }
  const orderers: OrdererPlan[] = [];
  for (let i = 0; i < options.orderers; i++) {
    orderers.push({
      ...{ name: `orderer${i}`, port: await port() },
      ...{ adminPort: await port(), operationsPort: await port() },
    });
  }
  const { basePort } = options;
  return { format: 1, fabric, channel: CHANNEL, host, basePort, consensus, organisations, orderers };
}

/** Plans one organisation by itself, which is going to be invited into a network. */
export async function planNewcomer(
  named: { readonly name: string; readonly role: string },
  { peers, basePort, host = LOOPBACK }: Pick<PlanOptions, 'peers' | 'basePort' | 'host'>,
  fabric: string,
): Promise<NetworkPlan> {
  await requireListenAddress(host);
  const organisation = await planOrganisation(named, peers, portsFrom(basePort, host));
  return {
    ...{ format: 1, fabric, channel: CHANNEL, host, basePort, consensus: 'raft' },
    ...{ organisations: [organisation], orderers: [], remoteOrderers: [] },
  };
}

async function planOrganisation(
  named: { readonly name: string; readonly role: string },
  count: number,
  port: () => Promise<number>,
): Promise<OrganisationPlan> {
  const peers: PeerPlan[] = [];
  for (let p = 0; p < count; p++) {
    peers.push({ name: `peer${p}`, port: await port(), operationsPort: await port() });
  }
  return { ...named, peers, chaincodePort: await port(), chaincodeHealthPort: await port() };
}

/**
 * Gives free ports in ascending order, none of them one that is given away: at the address, and on loopback where what
 * others do not call listens.
 */
export function portsFrom(base: number, host: string, given: readonly number[] = []): () => Promise<number> {
  let next = base;
  return async () => {
    while (next <= 65_535) {
      const port = next++;
      if (!given.includes(port) && (await isFree(port)) && (await isFree(port, host))) return port;
    }
    throw new Error(`there are no free ports from ${base} on`);
  };
}
