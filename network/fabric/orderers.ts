/** The orderers of a channel together, as they take a transaction. */
import type { common } from '@hyperledger/fabric-protos';
import type { Layout } from './layout.js';
import { authorityOf } from './nodes.js';
import { BroadcastError, OrdererClient } from './orderer-client.js';
import { ordererAddresses, ORDERER_ORGANISATION, type Consensus, type NetworkPlan } from './plan.js';

export class Orderers {
  readonly clients: readonly OrdererClient[];
  private readonly consensus: Consensus;
  private turn = 0;

  constructor(layout: Layout, plan: NetworkPlan) {
    const authority = Buffer.from(authorityOf(layout, ORDERER_ORGANISATION));
    this.consensus = plan.consensus;
    this.clients = ordererAddresses(plan).map(
      ({ host, port }) => new OrdererClient(`${host}:${port}`, authority),
    );
  }

  /**
   * Gives a transaction to be ordered. With raft one orderer suffices, another one at each attempt; with BFT all get it,
   * since one alone may keep it to itself.
   */
  give(envelope: common.Envelope): Promise<void> {
    if (this.consensus === 'raft') return this.clients[this.turn++ % this.clients.length].broadcast(envelope);
    return takenByEnough(this.clients.map((client) => client.broadcast(envelope)));
  }

  close(): void {
    for (const client of this.clients) client.close();
  }
}

/** Waits until one that is honest took it for certain; fails with a refusal that an honest one made, or with what may pass. */
export function takenByEnough(given: readonly Promise<void>[]): Promise<void> {
  const faulty = Math.floor((given.length - 1) / 3);
  const refusals: BroadcastError[] = [];
  let [took, answered] = [0, 0];
  let failure: unknown;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (took > faulty) return resolve();
      if (++answered < given.length) return;
      // One that committed it refuses it when it comes again.
      if (took > 0 && took + refusals.length >= given.length - faulty) return resolve();
      reject((refusals.length > faulty ? refusals[0] : failure) as Error);
    };
    for (const each of given) {
      each
        .then(
          () => took++,
          (error: unknown) => {
            if (error instanceof BroadcastError && error.isFinal) refusals.push(error);
            else failure = error;
          },
        )
        .then(look, reject);
    }
  });
}
