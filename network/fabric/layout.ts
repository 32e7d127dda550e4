/** Where everything of a network lies: keys and settings by node, data, logs, and what runs. */
import { join } from 'node:path';
import type { OrdererPlan, OrganisationPlan, PeerPlan } from './plan.js';
import { ORDERER_ORGANISATION } from './plan.js';

export interface NodeFolders {
  /** Keys and settings. */
  readonly folder: string;
  readonly data: string;
}

export class Layout {
  constructor(readonly root: string) {}

  get plan(): string {
    return join(this.root, 'network.json');
  }
  /** Held by whoever changes the network. */
  get lock(): string {
    return join(this.root, 'lock');
  }
  /** Who holds it. */
  get lockHolder(): string {
    return join(this.root, 'lock.json');
  }
  get genesisBlock(): string {
    return join(this.root, 'channel', 'genesis.block');
  }
  /** The genesis block while it is made. */
  get genesisDraft(): string {
    return join(this.root, 'channel', 'genesis.new');
  }
  /** Folder of configtx.yaml. */
  get channel(): string {
    return join(this.root, 'channel');
  }
  /** External builder that takes chaincode as a service. */
  get builder(): string {
    return join(this.root, 'channel', 'builder');
  }
  organisation(name: string): string {
    return join(this.root, 'organisations', name);
  }
  peer({ name }: OrganisationPlan, peer: PeerPlan): NodeFolders {
    return {
      folder: join(this.organisation(name), peer.name),
      data: join(this.dataOf(name), peer.name),
    };
  }
  /** Data of an organisation's peers. */
  dataOf(organisation: string): string {
    return join(this.root, 'data', organisation);
  }
  orderer({ name }: OrdererPlan): NodeFolders {
    return {
      folder: join(this.organisation(ORDERER_ORGANISATION), name),
      data: join(this.root, 'data', ORDERER_ORGANISATION, name),
    };
  }
  /** A client identity of an organisation: `admin`, or its role. */
  identity(organisation: string, name: string): string {
    return join(this.organisation(organisation), 'identities', name);
  }
  /** What was moved out of the way, by when and why. */
  aside(name: string): string {
    return join(this.root, 'aside', name);
  }
  log(process: string): string {
    return join(this.root, 'logs', `${process}.log`);
  }
  /** What is told of a process that was started. */
  process(name: string): string {
    return join(this.root, 'run', `${name}.json`);
  }
}
