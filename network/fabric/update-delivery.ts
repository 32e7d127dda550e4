/** Gives an update of the channel's configuration to its orderers. */
import type { common } from '@hyperledger/fabric-protos';
import { BroadcastError } from './orderer-client.js';
import type { Orderers } from './orderers.js';
import { untilDone } from './waiting.js';

/** Until they take it; answers why it is refused where it is. */
export function giveUpdate(
  orderers: Orderers,
  envelope: common.Envelope,
): Promise<BroadcastError | undefined> {
  return untilDone('the orderers do not take the update', async () => {
    try {
      await orderers.give(envelope);
      return undefined;
    } catch (error) {
      if (!(error instanceof BroadcastError) || !error.isFinal) throw error;
      return error;
    }
  });
}
