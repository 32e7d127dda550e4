/** Changes of a network's plan: a node more, and nodes that are on their way into the network. */
import { existsSync } from 'node:fs';
import { NameError, RefusedError } from './errors.js';
import type { Layout } from './layout.js';
import { ordererName, peerName, processPorts } from './nodes.js';
import {
  portsFrom,
  type NetworkPlan,
  type OrdererPlan,
  type OrganisationPlan,
  type PeerPlan,
} from './plan.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/;

/** The organisation of a name, whose keys are in the folder. */
export function organisationHere({ organisations }: NetworkPlan, name: string): OrganisationPlan {
  const found = organisations.find((organisation) => organisation.name === name);
  if (found) return found;
  const here = organisations.map((organisation) => organisation.name).join(', ');
  throw new NameError(`the keys of ${name} are not in this folder; those of ${here} are`);
}

/** A peer of a folder's plan, with its organisation. */
export interface OwnedPeer {
  /** Where it is called. */
  readonly host: string;
  readonly organisation: OrganisationPlan;
  readonly peer: PeerPlan;
}

/** The peer of a name such as `peer0.Brightwater`. */
export function peerNamed({ host, organisations }: NetworkPlan, name: string): OwnedPeer {
  for (const organisation of organisations) {
    const peer = organisation.peers.find((each) => peerName(organisation, each) === name);
    if (peer) return { host, organisation, peer };
  }
  const all = organisations.flatMap((each) => each.peers.map((peer) => peerName(each, peer)));
  throw new NameError(`no peer of the network is called ${name}; there are ${all.join(', ')}`);
}

/** The plan with one more peer, on ports that are free now. */
export async function withPeer(
  layout: Layout,
  plan: NetworkPlan,
  { name: of, peers }: OrganisationPlan,
  wanted?: string,
): Promise<{ readonly plan: NetworkPlan; readonly peer: PeerPlan }> {
  const name = nameFor('peer', peers, wanted);
  const port = freePorts(plan);
  const peer = { name, port: await port(), operationsPort: await port() };
  const organisations = plan.organisations.map((organisation) =>
    organisation.name === of ? { ...organisation, peers: [...organisation.peers, peer] } : organisation,
  );
  const grown = { ...plan, organisations };
  const organisation = organisationHere(grown, of);
  requireNew(layout.peer(organisation, peer).folder, name);
  return { plan: begun(grown, peerName(organisation, peer)), peer };
}

/** The plan with one more orderer, on ports that are free now. */
export async function withOrderer(
  layout: Layout,
  plan: NetworkPlan,
  wanted?: string,
): Promise<{ readonly plan: NetworkPlan; readonly orderer: OrdererPlan }> {
  const name = nameFor('orderer', plan.orderers, wanted);
  const port = freePorts(plan);
  const orderer = { name, port: await port(), adminPort: await port(), operationsPort: await port() };
  requireNew(layout.orderer(orderer).folder, name);
  const grown = { ...plan, orderers: [...plan.orderers, orderer] };
  return { plan: begun(grown, ordererName(orderer)), orderer };
}

/** The plan with a node that is on its way. */
export const begun = (plan: NetworkPlan, name: string, aside?: string): NetworkPlan => ({
  ...plan,
  unfinished: [...(plan.unfinished ?? []), { name, ...(aside === undefined ? {} : { aside }) }],
});

/** The plan with a node that is where it was to be. */
export function finished(plan: NetworkPlan, name: string): NetworkPlan {
  const { unfinished = [], ...rest } = plan;
  const left = unfinished.filter((node) => node.name !== name);
  return left.length === 0 ? rest : { ...rest, unfinished: left };
}

/** The plan without an organisation, what was begun for its nodes included. */
export function withoutOrganisation(plan: NetworkPlan, name: string, aside: string): NetworkPlan {
  const left = plan.organisations.filter((each) => each.name !== name);
  const nodes = plan.organisations
    .filter((each) => each.name === name)
    .flatMap((each) => each.peers.map((peer) => peerName(each, peer)));
  const rest = nodes.reduce(finished, plan);
  return { ...rest, organisations: left, removed: [...(plan.removed ?? []), { name, aside }] };
}

/**
 * What clients use: nodes that are on their way are left out, as they do not know yet what the channel is. An
 * organisation that has no other peer keeps those that it has.
 */
export function usable(plan: NetworkPlan): NetworkPlan {
  const isOnItsWay = (name: string): boolean => plan.unfinished?.some((node) => node.name === name) ?? false;
  return {
    ...plan,
    orderers: plan.orderers.filter((orderer) => !isOnItsWay(ordererName(orderer))),
    organisations: plan.organisations.map((organisation) => {
      const peers = organisation.peers.filter((peer) => !isOnItsWay(peerName(organisation, peer)));
      return peers.length === 0 ? organisation : { ...organisation, peers };
    }),
  };
}

/** Free ports after those that are given away. */
function freePorts(plan: NetworkPlan): () => Promise<number> {
  const given = processPorts(plan).flatMap(({ addresses }) => addresses.map(({ port }) => port));
  return portsFrom(Math.max(...given) + 1, plan.host, given);
}

function nameFor(kind: string, others: readonly { readonly name: string }[], wanted?: string): string {
  const isTaken = (name: string): boolean => others.some((other) => other.name === name);
  if (wanted !== undefined) {
    if (!NAME.test(wanted))
      throw new NameError(`a node's name is of letters, digits and dashes, at most 32: ${wanted} is not`);
    if (isTaken(wanted)) throw new RefusedError(`the name ${wanted} is taken`);
    return wanted;
  }
  let number = others.length;
  while (isTaken(`${kind}${number}`)) number++;
  return `${kind}${number}`;
}

/** Beside the nodes of an organisation lie its other keys. */
function requireNew(folder: string, name: string): void {
  if (existsSync(folder)) throw new RefusedError(`the name ${name} is taken: ${folder} is there`);
}
