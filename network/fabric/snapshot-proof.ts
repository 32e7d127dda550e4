/**
 * Whether a snapshot is what the channel's blocks come to. Nothing in Fabric says so: a peer that begins from a snapshot
 * takes its word for every balance in it, and signs with others what follows from that.
 */
import { RefusedError } from './errors.js';
import { linkOf } from './block-links.js';
import type { FabricLedger } from './ledger.js';
import type { OrdererBlocks } from './orderer-blocks.js';
import { stateIn } from './snapshot-state.js';
import type { ChannelVerification } from './verify.js';
import { verifyChannel } from './verify-channel.js';

/** What a snapshot says of the last block that is in it. */
export interface LastBlock {
  readonly folder: string;
  /** Blocks that are in the snapshot. */
  readonly height: number;
  /** Hash of the last of them, hex. */
  readonly blockHash: string;
}

/** Refuses a snapshot of another channel: nothing of a peer is touched for it. */
export async function requireOfChannel(
  blocks: Pick<OrdererBlocks, 'block'>,
  { folder, height, blockHash }: LastBlock,
): Promise<void> {
  const block = await blocks.block(height - 1);
  if (!block)
    throw new RefusedError(
      `the snapshot in ${folder} is of ${height} blocks, and this channel has not come to that many: it is of another network`,
    );
  if (linkOf(block).hash.toString('hex') !== blockHash)
    throw new RefusedError(
      `the snapshot in ${folder} is of another network: block ${height - 1} of this channel is another one than its last`,
    );
}

/** Proves the blocks before a height, and that a snapshot's state is theirs; answers how many keys it has. */
export async function proveSnapshot(ledger: FabricLedger, folder: string, height: number): Promise<number> {
  const { verification } = await verifyChannel(ledger, { height });
  return requireState(folder, verification);
}

/** Compares a snapshot's state with what was proven; answers how many keys it has. */
export function requireState(folder: string, verification: Pick<ChannelVerification, 'at' | 'size'>): number {
  // One that stands twice would hide another that is missing.
  const seen = new Set<string>();
  for (const { place, value, version, hasMore } of stateIn(folder)) {
    const own = verification.at(place);
    const isSame =
      own &&
      !seen.has(place) &&
      // The chaincode asks for nothing of the kind.
      !hasMore &&
      Buffer.compare(own.value, value) === 0 &&
      own.version.block === version.block &&
      own.version.index === version.index;
    if (!isSame) {
      const [chaincode, , key] = place.split('\0');
      throw new RefusedError(
        `the snapshot in ${folder} is forged or damaged: the blocks of the channel give something else of ${JSON.stringify(key)} of ${chaincode || 'the channel'}`,
      );
    }
    seen.add(place);
  }
  if (seen.size !== verification.size)
    throw new RefusedError(
      `the snapshot in ${folder} is forged or damaged: it has ${seen.size} keys, and the blocks of the channel give ${verification.size}`,
    );
  return seen.size;
}
