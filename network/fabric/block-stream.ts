/** Blocks of a channel from one of several peers; where one goes away or falls silent, the next goes on. */
import type { CloseableAsyncIterable, Network } from '@hyperledger/fabric-gateway';
import type { common } from '@hyperledger/fabric-protos';
import { readBlock, type FabricBlock } from './block.js';
import { pause } from './pause.js';
import { verdictOf } from './retry.js';

export interface BlockSource {
  /** Name of the chaincode whose transactions are read. */
  readonly chaincode: string;
  network(): Promise<Network>;
  /** Whether it is known to give blocks as they come. */
  answers(): boolean;
}

export interface StreamWatch {
  /** The peer gave its first block. */
  opened(): void;
  /** The stream ended; another one is opened. */
  closed(): void;
}

/** How long a peer that went away is left alone before it is asked again. */
const RECONNECT_MS = 200;
/** How long a peer may take for the first block, which it has already. */
const FIRST_BLOCK_MS = 5_000;
/** How often it is looked at whether another peer does better. */
const LOOK_MS = 500;

/** From a height on, each block once and in order, until the signal ends it; throws where asking again is no use. */
export async function* blocksOf(
  sources: readonly BlockSource[],
  from: number,
  signal: AbortSignal,
  watch?: StreamWatch,
): AsyncGenerator<FabricBlock, void, undefined> {
  for (let next = from, turn = 0; !signal.aborted; turn++) {
    const source = choose(sources, turn);
    try {
      // The block before is asked for too: a peer that has nothing new shows by it that it is there.
      for await (const raw of open(source, sources, Math.max(0, next - 1), signal, watch)) {
        const number = raw.getHeader()?.getNumber() ?? -1;
        if (number < next) continue;
        const block = readBlock(raw, source.chaincode);
        next = block.number + 1;
        yield block;
        if (signal.aborted) return;
      }
    } catch (error) {
      const { next: what } = verdictOf('stream', error);
      if (what !== 'AGAIN') throw error;
    }
    await pause(RECONNECT_MS, signal);
  }
}

/** The first that answers; where none is known to, each in turn. */
const choose = (sources: readonly BlockSource[], turn: number): BlockSource =>
  sources.find((source) => source.answers()) ?? sources[turn % sources.length];

/** One peer's blocks, until it fails, is silent from the start, or another one answers where it no longer does. */
async function* open(
  source: BlockSource,
  sources: readonly BlockSource[],
  from: number,
  signal: AbortSignal,
  watch: StreamWatch | undefined,
): AsyncGenerator<common.Block, void, undefined> {
  let stream: CloseableAsyncIterable<common.Block> | undefined;
  let isOpen = false;
  const end = (): void => stream?.close();
  const opening = setTimeout(end, FIRST_BLOCK_MS);
  const looking = setInterval(() => {
    if (isOpen && !source.answers() && sources.some((other) => other.answers())) end();
  }, LOOK_MS);
  signal.addEventListener('abort', end, { once: true });
  try {
    const network = await source.network();
    stream = await network.getBlockEvents({ startBlock: BigInt(from) });
    if (signal.aborted) return;
    for await (const raw of stream) {
      if (!isOpen) {
        isOpen = true;
        clearTimeout(opening);
        watch?.opened();
      }
      yield raw;
    }
  } finally {
    clearTimeout(opening);
    clearInterval(looking);
    signal.removeEventListener('abort', end);
    end();
    watch?.closed();
  }
}
