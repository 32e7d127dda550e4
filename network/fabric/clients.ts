/**
 * The clients of a network in one folder: a gateway connection for each role of an organisation. In the trial mode the
 * folder has every authority, so that a role's certificate is issued when it is first used.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, type Contract, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import { GridbookError } from '../../schema/errors.js';
import type { IdentityRef } from '../ledger.js';
import { ClientIdentity } from './client-identity.js';
import { makeClient } from './keys.js';
import type { Layout } from './layout.js';
import { authorityOf } from './nodes.js';
import { CHANNEL_OPTIONS } from './peer-client.js';
import { CHAINCODE, CHANNEL, HOST_ADDRESS, type NetworkPlan } from './plan.js';

const ENDORSE_MS = 15_000;
const SUBMIT_MS = 5_000;
const EVALUATE_MS = 5_000;

export class Clients {
  private readonly connections = new Map<string, Client>();
  private readonly gateways = new Map<string, Promise<Gateway>>();

  constructor(
    private readonly layout: Layout,
    private readonly plan: NetworkPlan,
  ) {}

  /** The chaincode as a role of an organisation calls it. */
  async contract(as: IdentityRef): Promise<Contract> {
    return (await this.network(as)).getContract(CHAINCODE);
  }

  async network(as: IdentityRef): Promise<Network> {
    const name = `${as.organisation}/${as.role}`;
    let gateway = this.gateways.get(name);
    if (!gateway) {
      gateway = this.open(as);
      this.gateways.set(name, gateway);
      gateway.catch(() => this.gateways.delete(name));
    }
    return (await gateway).getNetwork(CHANNEL);
  }

  private async open({ organisation, role }: IdentityRef): Promise<Gateway> {
    const identity = await this.identity(organisation, role);
    const within = (ms: number) => () => ({ deadline: Date.now() + ms });
    return connect({
      client: this.connection(organisation),
      identity: { mspId: organisation, credentials: identity.certificate },
      // The library's own signer is pure JavaScript, and twenty times slower.
      hash: hash.none,
      signer: (message) => Promise.resolve(identity.sign(message)),
      endorseOptions: within(ENDORSE_MS),
      submitOptions: within(SUBMIT_MS),
      evaluateOptions: within(EVALUATE_MS),
    });
  }

  private async identity(organisation: string, role: string): Promise<ClientIdentity> {
    const folder = this.layout.identity(organisation, role);
    if (!existsSync(join(folder, 'msp', 'signcerts', 'cert.pem')))
      await makeClient(this.layout, organisation, role);
    return ClientIdentity.read(organisation, folder);
  }

  /** One connection for each peer that gateways of an organisation use. */
  private connection(organisation: string): Client {
    const known = this.connections.get(organisation);
    if (known) return known;
    const found = this.plan.organisations.find(({ name }) => name === organisation);
    // An organisation that is no part of the network has no way to sign.
    if (!found) throw new GridbookError('FORBIDDEN');
    const tls = credentials.createSsl(Buffer.from(authorityOf(this.layout, organisation)));
    const client = new Client(`${HOST_ADDRESS}:${found.peers[0].port}`, tls, CHANNEL_OPTIONS);
    this.connections.set(organisation, client);
    return client;
  }

  async close(): Promise<void> {
    for (const gateway of this.gateways.values()) (await gateway.catch(() => undefined))?.close();
    for (const client of this.connections.values()) client.close();
  }
}
