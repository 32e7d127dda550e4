/**
 * The clients of a network in one folder: a gateway connection for each role of an organisation. In the trial mode the
 * folder has every authority, so that a role's certificate is issued when it is first used.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, type ChannelOptions } from '@grpc/grpc-js';
import { connect, hash, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { GridbookError } from '../../schema/errors.js';
import type { IdentityRef } from '../ledger.js';
import { ClientIdentity } from './client-identity.js';
import { makeClient } from './keys.js';
import type { Layout } from './layout.js';
import { authorityOf } from './nodes.js';
import type { OrganisationDefinition } from './organisation-group.js';
import { CHANNEL_OPTIONS, PeerClient } from './peer-client.js';
import { CHANNEL, type NetworkPlan, type OrganisationPlan, type PeerPlan } from './plan.js';

/** Deadlines of the gateway's calls. */
const EVALUATE_MS = 5_000;
const ENDORSE_MS = 15_000;
const SUBMIT_MS = 5_000;

const LIVE_OPTIONS: ChannelOptions = {
  ...CHANNEL_OPTIONS,
  // A peer that is stopped but not gone keeps its connections: only an unanswered ping tells.
  'grpc.keepalive_time_ms': 2_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.keepalive_permit_without_calls': 1,
  // One that is back is found soon.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
};

export class Clients {
  private readonly connections = new Map<string, Client>();
  private readonly gateways = new Map<string, Promise<Gateway>>();
  private readonly identities = new Map<string, Promise<ClientIdentity>>();

  /** Authorities of organisations whose folders are elsewhere, PEM. */
  private readonly authorities = new Map<string, string>();

  constructor(
    private readonly layout: Layout,
    private readonly plan: NetworkPlan,
    /** Organisations without nodes that may sign as well. */
    private readonly guests: readonly string[] = [],
  ) {}

  /** Makes an organisation known whose keys are elsewhere: its peers are called with an identity from here. */
  meet({ name, authorityPem }: OrganisationDefinition): void {
    this.authorities.set(name, authorityPem);
  }

  /** Certificate of an organisation's authority, PEM; undefined where it is not known. */
  authority(organisation: string): string | undefined {
    const isHere = this.plan.organisations.some(({ name }) => name === organisation);
    return isHere ? authorityOf(this.layout, organisation) : this.authorities.get(organisation);
  }

  /** The gateway of a peer of an organisation, as a role uses it. */
  gateway(as: IdentityRef, of: string, peer: PeerPlan): Promise<Gateway> {
    return this.through(as, of, peer);
  }

  /** The channel through one peer: as its organisation's own client identity, or as the folder's first. */
  async network({ name, role }: OrganisationPlan, peer: PeerPlan): Promise<Network> {
    const [home] = this.plan.organisations;
    const isHere = this.plan.organisations.some((organisation) => organisation.name === name);
    const as = isHere ? { organisation: name, role } : { organisation: home.name, role: home.role };
    return (await this.through(as, name, peer)).getNetwork(CHANNEL);
  }

  /** The first block that a peer has; asked of that peer itself, as a gateway may ask another one. */
  async firstBlock({ name }: OrganisationPlan, { host = this.plan.host, port }: PeerPlan): Promise<number> {
    const [home] = this.plan.organisations;
    const identity = await this.identity({ organisation: home.name, role: home.role });
    const at = new PeerClient(`${host}:${port}`, Buffer.from(this.authorityOf(name)));
    try {
      const args = ['GetChainInfo', CHANNEL];
      const answer = await at.evaluate(identity, { channel: CHANNEL, chaincode: 'qscc', args });
      const info = common.BlockchainInfo.deserializeBinary(answer);
      const last = info.getBootstrappingsnapshotinfo()?.getLastblockinsnapshot();
      return last === undefined ? 0 : last + 1;
    } finally {
      at.close();
    }
  }

  private through(as: IdentityRef, of: string, peer: PeerPlan): Promise<Gateway> {
    return kept(this.gateways, `${as.organisation}/${as.role}/${of}/${peer.name}`, () =>
      this.open(as, of, peer),
    );
  }

  private async open(as: IdentityRef, of: string, peer: PeerPlan): Promise<Gateway> {
    const identity = await this.identity(as);
    const within = (ms: number) => () => ({ deadline: Date.now() + ms });
    return connect({
      client: this.connection(of, peer),
      identity: { mspId: as.organisation, credentials: identity.certificate },
      // The library's own signer is pure JavaScript, and twenty times slower.
      hash: hash.none,
      signer: (message) => Promise.resolve(identity.sign(message)),
      endorseOptions: within(ENDORSE_MS),
      submitOptions: within(SUBMIT_MS),
      evaluateOptions: within(EVALUATE_MS),
    });
  }

  /** Certificate and key of a role of an organisation. */
  identity(as: IdentityRef): Promise<ClientIdentity> {
    return kept(this.identities, `${as.organisation}/${as.role}`, () => this.readIdentity(as));
  }

  private async readIdentity({ organisation, role }: IdentityRef): Promise<ClientIdentity> {
    const isHere = this.plan.organisations.some(({ name }) => name === organisation);
    // An organisation that is no part of the network has no way to sign.
    if (!isHere && !this.guests.includes(organisation)) throw new GridbookError('FORBIDDEN');
    const folder = this.layout.identity(organisation, role);
    if (!existsSync(join(folder, 'msp', 'signcerts', 'cert.pem')))
      await makeClient(this.layout, organisation, role);
    return ClientIdentity.read(organisation, folder).requireValid();
  }

  /** One connection to each peer, whoever uses it. */
  private connection(organisation: string, { name, host = this.plan.host, port }: PeerPlan): Client {
    const key = `${organisation}/${name}`;
    const known = this.connections.get(key);
    if (known) return known;
    const authority = Buffer.from(this.authorityOf(organisation));
    const client = new Client(`${host}:${port}`, credentials.createSsl(authority), LIVE_OPTIONS);
    this.connections.set(key, client);
    return client;
  }

  private authorityOf(organisation: string): string {
    return this.authorities.get(organisation) ?? authorityOf(this.layout, organisation);
  }

  async close(): Promise<void> {
    for (const gateway of this.gateways.values()) (await gateway.catch(() => undefined))?.close();
    for (const client of this.connections.values()) client.close();
  }
}

/** What was made for a name, or what is made for it now; what failed is made again. */
function kept<T>(made: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  let value = made.get(name);
  if (!value) {
    value = make();
    made.set(name, value);
    value.catch(() => made.delete(name));
  }
  return value;
}
