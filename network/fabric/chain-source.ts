/** Where a node that comes empty gets the channel's blocks from: the orderers, which keep them all. */
import { ClientIdentity } from './client-identity.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { authorityOf, peerName } from './nodes.js';
import { OrdererBlocks } from './orderer-blocks.js';
import { Orderers } from './orderers.js';
import { PeerClient } from './peer-client.js';
import { CHANNEL, type NetworkPlan } from './plan.js';
import { usable } from './plan-change.js';

export class ChainSource {
  private readonly orderers: Orderers;
  readonly blocks: OrdererBlocks;

  constructor(
    private readonly layout: Layout,
    private readonly plan: NetworkPlan,
  ) {
    this.orderers = new Orderers(layout, usable(plan));
    const [{ name }] = plan.organisations;
    const admin = ClientIdentity.read(name, layout.identity(name, 'admin'));
    this.blocks = new OrdererBlocks(this.orderers.clients, admin);
  }

  /** How many blocks the orderers have; refused where that is not all of them, as an empty node would stay short. */
  async requireAll(): Promise<number> {
    const peers = await this.peerHeights();
    const height = await this.blocks.wholeHeight();
    const ahead = peers.find((peer) => peer.height > height);
    if (ahead) {
      throw new NetworkError(
        `the orderers have ${height} blocks of the channel and ${ahead.name} has ${ahead.height}: bring them level first, an empty node gets its blocks from them`,
      );
    }
    return height;
  }

  /** Heights of the peers here that answer. */
  private async peerHeights(): Promise<{ readonly name: string; readonly height: number }[]> {
    const peers = this.plan.organisations.flatMap((organisation) =>
      organisation.peers.map(async (peer) => {
        const height = await this.peerHeight(organisation.name, peer.port).catch(() => 0);
        return { name: peerName(organisation, peer), height };
      }),
    );
    return Promise.all(peers);
  }

  private async peerHeight(organisation: string, port: number): Promise<number> {
    const admin = ClientIdentity.read(organisation, this.layout.identity(organisation, 'admin'));
    const authority = Buffer.from(authorityOf(this.layout, organisation));
    const client = new PeerClient(`${this.plan.host}:${port}`, authority);
    try {
      return await client.height(admin, CHANNEL);
    } finally {
      client.close();
    }
  }

  close(): void {
    this.orderers.close();
  }
}
