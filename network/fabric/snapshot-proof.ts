/**
 * Whether a snapshot is what the channel's blocks come to. Nothing in Fabric says so: a peer that begins from a snapshot
 * takes its word for every balance in it, and signs with others what follows from that.
 */
import { NetworkError } from './errors.js';
import type { FabricLedger } from './ledger.js';
import { stateIn } from './snapshot-state.js';
import { verifyChannel } from './verify-channel.js';

/** Proves the blocks before a height, and that a snapshot's state is theirs; answers how many keys it has. */
export async function proveSnapshot(ledger: FabricLedger, folder: string, height: number): Promise<number> {
  const { verification } = await verifyChannel(ledger, { height });
  let count = 0;
  for (const { place, value, version } of stateIn(folder)) {
    const own = verification.at(place);
    const isSame =
      own &&
      Buffer.compare(own.value, value) === 0 &&
      own.version.block === version.block &&
      own.version.index === version.index;
    if (!isSame) {
      const [chaincode, , key] = place.split('\0');
      throw new NetworkError(
        `the snapshot in ${folder} is forged or damaged: the blocks of the channel give another value of ${JSON.stringify(key)} of ${chaincode || 'the channel'}`,
      );
    }
    count++;
  }
  if (count !== verification.size)
    throw new NetworkError(
      `the snapshot in ${folder} is forged or damaged: it has ${count} keys, and the blocks of the channel give ${verification.size}`,
    );
  return count;
}
