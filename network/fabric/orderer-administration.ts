/** Changes of who orders, signed by the orderers' administrator. */
import type { common } from '@hyperledger/fabric-protos';
import { signed, updateEnvelope } from './channel-config.js';
import { ClientIdentity } from './client-identity.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { configIn, numberOf, OrdererBlocks } from './orderer-blocks.js';
import { Orderers } from './orderers.js';
import { ORDERER_ORGANISATION, type NetworkPlan } from './plan.js';
import { usable } from './plan-change.js';
import { giveUpdate } from './update-delivery.js';

/** Orderers that have just come, or have just chosen another leader, count as away for a while; one that hands on its lead may lose an update. */
const PATIENCE_MS = 30_000;
const AGAIN_MS = 500;
const COMMIT_MS = 10_000;

export class OrdererAdministration {
  readonly blocks: OrdererBlocks;
  private readonly admin: ClientIdentity;
  private readonly orderers: Orderers;

  constructor(layout: Layout, plan: NetworkPlan) {
    this.admin = ClientIdentity.read(ORDERER_ORGANISATION, layout.identity(ORDERER_ORGANISATION, 'admin'));
    this.orderers = new Orderers(layout, usable(plan));
    this.blocks = new OrdererBlocks(this.orderers.clients, this.admin);
  }

  /**
   * Has the channel changed until there is nothing left to change, as `make` sees it. Answers how many blocks an
   * orderer has that knows of it.
   */
  async change(make: (config: common.Config) => common.ConfigUpdate | undefined): Promise<number> {
    let reason = 'no block has it';
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
      const block = await this.blocks.configBlock();
      const update = make(configIn(block))?.serializeBinary();
      if (!update) return numberOf(block) + 1;
      const envelope = updateEnvelope(update, [signed(update, this.admin)], this.admin);
      const refusal = await giveUpdate(this.orderers, envelope);
      if (refusal) {
        ({ reason } = refusal);
        await pause();
      } else await this.untilAfter(numberOf(block));
    }
    throw new NetworkError(`the orderers do not take the update: ${reason}`);
  }

  /** Waits a while for a configuration that comes after a block. */
  private async untilAfter(number: number): Promise<void> {
    for (const end = Date.now() + COMMIT_MS; Date.now() < end;) {
      if (numberOf(await this.blocks.configBlock()) > number) return;
      await pause();
    }
  }

  close(): void {
    this.orderers.close();
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
