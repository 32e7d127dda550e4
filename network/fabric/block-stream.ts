/** Blocks of a channel from one of several peers; where one goes away or falls silent, the next goes on. */
import type { CloseableAsyncIterable, Network } from '@hyperledger/fabric-gateway';
import type { common } from '@hyperledger/fabric-protos';
import { readBlock, type FabricBlock } from './block.js';
import { BrokenChainError, following, linkOf, type Link } from './block-links.js';
import { NetworkError } from './errors.js';
import { pause } from './pause.js';
import { verdictOf } from './retry.js';

export interface BlockSource {
  /** Name of the chaincode whose transactions are read. */
  readonly chaincode: string;
  network(): Promise<Network>;
  /** Whether it is known to give blocks as they come. */
  answers(): boolean;
  /** The first block that it has, where it may not have all: a peer that began from a snapshot has none before. */
  first?(): Promise<number>;
}

export interface StreamOptions {
  readonly watch?: StreamWatch;
  /** Asked for blocks that none of the sources has any more, and for no others. */
  readonly elders?: readonly BlockSource[];
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
  options: StreamOptions = {},
): AsyncGenerator<FabricBlock, void, undefined> {
  const [{ chaincode }] = sources;
  for await (const raw of rawBlocksOf(sources, from, signal, options)) yield readBlock(raw, chaincode);
}

/** The same as the peers have them, with signatures and all. */
export async function* rawBlocksOf(
  sources: readonly BlockSource[],
  from: number,
  signal: AbortSignal,
  { watch, elders = [] }: StreamOptions = {},
): AsyncGenerator<common.Block, void, undefined> {
  const firsts = new Map<BlockSource, number>();
  const firstOf = (source: BlockSource): number => firsts.get(source) ?? 0;
  /** Those that gave another block than the one that follows: asked again only where there is no other. */
  const broken = new Set<BlockSource>();
  let last: Link | undefined;
  for (let next = from, turn = 0; !signal.aborted; turn++) {
    const has = (source: BlockSource): boolean => firstOf(source) <= next;
    const able = sources.some(has)
      ? sources.filter(has)
      : elders.filter((elder) => elder.answers() && has(elder));
    if (able.length === 0) throw lacking(next, Math.min(...sources.map(firstOf)));
    const end = sources.some(has) ? Infinity : Math.min(...sources.map(firstOf));
    const sound = able.filter((each) => !broken.has(each));
    if (sound.length === 0) broken.clear();
    const asked = sound.length > 0 ? sound : able;
    const source = choose(asked, turn);
    try {
      // The block before is asked for too: a peer that has nothing new shows by it that it is there.
      const at = Math.max(firstOf(source), next - 1);
      for await (const raw of open(source, asked, at, signal, { watch, check: following(at, last) })) {
        const link = linkOf(raw);
        if (link.number < next) continue;
        last = link;
        next = link.number + 1;
        yield raw;
        if (signal.aborted) return;
        if (next >= end) break;
      }
      if (next >= end) continue;
    } catch (error) {
      if (error instanceof BrokenChainError) broken.add(source);
      else if (verdictOf('stream', error).next !== 'AGAIN') throw error;
      if (source.first && saysNotFound(error))
        firsts.set(source, await source.first().catch(() => firstOf(source)));
    }
    await pause(RECONNECT_MS, signal);
  }
}

/** A peer's answer where it has no such block, or no such channel yet. */
const saysNotFound = (error: unknown): boolean => /status response: 404/.test((error as Error).message);

const lacking = (next: number, first: number): NetworkError =>
  new NetworkError(
    `no peer that answers has block ${next}: those of this organisation began from a snapshot and have blocks from ${first} on`,
  );

/** The first that answers; where none is known to, each in turn. */
const choose = (sources: readonly BlockSource[], turn: number): BlockSource =>
  sources.find((source) => source.answers()) ?? sources[turn % sources.length];

/** One peer's blocks, until it fails, is silent from the start, or another one answers where it no longer does. */
async function* open(
  source: BlockSource,
  sources: readonly BlockSource[],
  from: number,
  signal: AbortSignal,
  { watch, check }: { watch: StreamWatch | undefined; check: (raw: common.Block) => void },
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
      check(raw);
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
