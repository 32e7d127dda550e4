/** The ordinary client of the plain contract: the gateway library, one transfer a transaction. */
import { EndorseError } from '@hyperledger/fabric-gateway';
import type { BenchNetwork } from './bench-network.js';
import { PLAIN, PLAIN_ACCOUNTS } from './bench-network.js';

/** A transfer of one client, between two accounts that no other client of the first 256 touches; ends when committed. */
export async function plainTransfers(network: BenchNetwork): Promise<(client: number) => Promise<void>> {
  const [home] = network.plan.organisations;
  const contract = (await network.clients.network(home, home.peers[0])).getContract(PLAIN);
  return async (client) => {
    const from = (2 * client) % PLAIN_ACCOUNTS;
    // Endorsers that are a block apart answer differently; an ordinary client tries again.
    for (;;) {
      try {
        await contract.submitTransaction('transfer', `a${from}`, `a${from + 1}`, '1');
        return;
      } catch (error) {
        if (!(error instanceof EndorseError)) throw error;
      }
    }
  };
}
