/** The channel's blocks as its orderers have them: how many, and the one that says who takes part now. */
import { common } from '@hyperledger/fabric-protos';
import type { ClientIdentity } from './client-identity.js';
import { NetworkError } from './errors.js';
import type { OrdererClient } from './orderer-client.js';
import { CHANNEL } from './plan.js';
import { untilDone } from './waiting.js';

interface Newest {
  readonly block: common.Block;
  readonly at: OrdererClient;
}

export class OrdererBlocks {
  constructor(
    private readonly orderers: readonly OrdererClient[],
    private readonly identity: ClientIdentity,
  ) {}

  /** Blocks that the orderers have: of those that answer, the one that has most counts. */
  async height(): Promise<number> {
    return this.ask(({ block }) => Promise.resolve(numberOf(block) + 1));
  }

  /** The same, of orderers that have the channel from its first block on. */
  async wholeHeight(): Promise<number> {
    return this.ask(async ({ block, at }) => {
      await at.block(this.identity, CHANNEL, 0);
      return numberOf(block) + 1;
    });
  }

  /** The block of the configuration that holds. */
  async configBlock(): Promise<common.Block> {
    return this.ask(({ block, at }) => at.block(this.identity, CHANNEL, lastConfigOf(block)));
  }

  /** The block of a number; undefined where the channel has not come to it. */
  async block(number: number): Promise<common.Block | undefined> {
    return this.ask(async ({ block, at }) =>
      numberOf(block) < number ? undefined : at.block(this.identity, CHANNEL, number),
    );
  }

  /** The configuration that holds. */
  async config(): Promise<common.Config> {
    return configIn(await this.configBlock());
  }

  /** Asks the orderer with the newest block; while there is no leader none gives any. */
  private ask<T>(question: (newest: Newest) => Promise<T>): Promise<T> {
    return untilDone(NO_BLOCKS, async () => {
      const answers = await Promise.allSettled(
        this.orderers.map(async (at) => ({ at, block: await at.block(this.identity, CHANNEL, 'newest') })),
      );
      const given = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      if (given.length === 0) throw new Error('none answers');
      return question(given.reduce((a, b) => (numberOf(b.block) > numberOf(a.block) ? b : a)));
    });
  }
}

const NO_BLOCKS = 'no orderer gives the blocks of the channel, by which a node is filled';

export const numberOf = (block: common.Block): number => block.getHeader()?.getNumber() ?? 0;

/** Number of the block whose configuration holds for a block, as its orderer signed it. */
function lastConfigOf(block: common.Block): number {
  const [signatures] = block.getMetadata()?.getMetadataList_asU8() ?? [];
  const signed = common.Metadata.deserializeBinary(signatures ?? new Uint8Array(0)).getValue_asU8();
  const index = common.OrdererBlockMetadata.deserializeBinary(signed).getLastConfig()?.getIndex();
  if (index === undefined) throw new NetworkError('a block of the channel names no configuration');
  return index;
}

/** The configuration that a block holds. */
export function configIn(block: common.Block): common.Config {
  const [bytes] = block.getData()?.getDataList_asU8() ?? [];
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(bytes ?? new Uint8Array(0)).getPayload_asU8(),
  );
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  if (!config) throw new NetworkError('a block that should hold the configuration holds none');
  return config;
}
