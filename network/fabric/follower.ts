/** Follows the blocks of one peer: whether it answers, its height, and what becomes of transactions there. */
import { transactionOf, type FabricTransaction } from './block.js';
import { rawBlocksOf, type BlockSource } from './block-stream.js';
import type { BlockTimes } from './block-times.js';
import { pause } from './pause.js';
import type { PeerPlan } from './plan.js';
import { readableOf } from './readable.js';
import { unavailable } from './retry.js';

/** How long a peer may lag behind the others before nobody waits for it. */
export const LATE_MS = 5_000;
const ON_ITS_WAY_MS = 500;

/** What others see of a peer that is followed. */
export interface FollowedPeer {
  readonly organisation: string;
  readonly peer: PeerPlan;
  /** Blocks that it has. */
  readonly height: number;
  /** Whether its blocks come at all. */
  readonly up: boolean;
  /** Whether it is there, and level with the others. */
  readonly answers: boolean;
  /** Why it is followed no more. */
  readonly failure: Error | undefined;
  /** Tells of a transaction once this peer has committed it. */
  watch(transactionId: string, watch: TransactionWatch): void;
  unwatch(transactionId: string): void;
}

export interface TransactionWatch {
  committed(by: FollowedPeer, transaction: FabricTransaction): void;
  /** A peer came or went, or has another block. */
  changed(): void;
}

export interface FollowerOptions {
  readonly organisation: string;
  readonly peer: PeerPlan;
  readonly network: BlockSource['network'];
  readonly chaincode: string;
  readonly first: BlockSource['first'];
  readonly times: BlockTimes;
  /** Whether it is only just becoming a peer of the channel: until then it refuses even its own organisation. */
  readonly isOnItsWay?: () => boolean;
  /** Is told where a block changed the channel's configuration. */
  readonly configured?: () => void;
}

export class Follower implements FollowedPeer {
  readonly organisation: string;
  readonly peer: PeerPlan;
  private at: number;
  private isUp = false;
  private readonly watches = new Map<string, TransactionWatch>();
  private readonly ending = new AbortController();
  private told: () => void = () => undefined;
  /** Once the peer answered, or did not. */
  readonly tried = new Promise<void>((resolve) => (this.told = resolve));
  private failed: Error | undefined;

  /** Its blocks are followed from `height` on. */
  constructor(
    private readonly options: FollowerOptions,
    height: number,
  ) {
    this.organisation = options.organisation;
    this.peer = options.peer;
    this.at = height;
    this.run().catch((error: unknown) => (this.failed = error as Error));
  }

  get height(): number {
    return this.at;
  }

  get up(): boolean {
    return this.isUp;
  }

  get answers(): boolean {
    return this.isUp && this.options.times.lateMs(this.at) < LATE_MS;
  }

  get failure(): Error | undefined {
    return this.failed;
  }

  watch(transactionId: string, watch: TransactionWatch): void {
    this.watches.set(transactionId, watch);
  }

  unwatch(transactionId: string): void {
    this.watches.delete(transactionId);
  }

  stop(): void {
    this.failed ??= unavailable(new Error('closed'));
    this.ending.abort();
  }

  private async run(): Promise<void> {
    for (;;) {
      try {
        return await this.read();
      } catch (error) {
        if (!this.options.isOnItsWay?.()) throw error;
        await pause(ON_ITS_WAY_MS, this.ending.signal);
      }
    }
  }

  private async read(): Promise<void> {
    const { network, chaincode, times, configured } = this.options;
    const source = { network, chaincode, answers: () => true, first: this.options.first };
    const watch = { opened: () => this.turn(true), closed: () => this.turn(false) };
    for await (const raw of rawBlocksOf([source], this.at, this.ending.signal, { watch })) {
      const block = readableOf(raw, chaincode);
      this.at = block.number + 1;
      times.note(this.organisation, this.at);
      if (block.isConfiguration) configured?.();
      for (const { transactionId } of block.transactions) {
        const watch = this.watches.get(transactionId);
        const transaction = watch && transactionOf(block, transactionId);
        if (transaction) watch.committed(this, transaction);
      }
      this.change();
    }
  }

  private turn(up: boolean): void {
    this.isUp = up;
    this.told();
    this.change();
  }

  private change(): void {
    for (const watch of [...this.watches.values()]) watch.changed();
  }
}
