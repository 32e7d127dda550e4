/**
 * Waits until a transaction is committed on every peer of its endorsers that still answers. Believed is a peer of one's
 * own organisation, or peers of a majority of organisations that say the same: another one alone may say anything.
 */
import type { FabricTransaction } from './block.js';
import { LATE_MS, type FollowedPeer } from './follower.js';

export interface Watched {
  readonly followers: readonly FollowedPeer[];
  readonly endorsers: readonly FollowedPeer[];
  /** The organisation whose own peers are believed. */
  readonly own: string;
  /** How many organisations are a majority. */
  readonly majority: number;
}

export class CommitWatch {
  /** Is never broken: nobody knows that a transaction will not come. */
  readonly done: Promise<FabricTransaction>;
  private resolve: (transaction: FabricTransaction) => void = () => undefined;
  private readonly words = new Map<FollowedPeer, FabricTransaction>();
  private late: NodeJS.Timeout | undefined;
  private isLate = false;

  /** The next transaction is endorsed by the same peers: were one behind, their answers would differ. */
  constructor(
    private readonly transactionId: string,
    private readonly watched: Watched,
  ) {
    this.done = new Promise((resolve) => (this.resolve = resolve));
    const watch = {
      committed: (by: FollowedPeer, transaction: FabricTransaction) => {
        this.words.set(by, transaction);
        this.look();
      },
      changed: () => this.look(),
    };
    for (const follower of watched.followers) follower.watch(transactionId, watch);
  }

  close(): void {
    clearTimeout(this.late);
    for (const follower of this.watched.followers) follower.unwatch(this.transactionId);
  }

  private look(): void {
    const believed = this.believed();
    if (!believed) return;
    this.late ??= setTimeout(() => {
      this.isLate = true;
      this.look();
    }, LATE_MS);
    // One whose blocks went past it will never tell of it.
    const isWaitedFor = (peer: FollowedPeer): boolean =>
      peer.answers && !this.words.has(peer) && peer.height <= believed.block;
    if (!this.isLate && this.watched.endorsers.some(isWaitedFor)) return;
    this.close();
    this.resolve(believed);
  }

  private believed(): FabricTransaction | undefined {
    const { own, majority } = this.watched;
    const words = [...this.words];
    const [, ours] = words.find(([{ organisation }]) => organisation === own) ?? [];
    if (ours) return ours;
    const saying = (word: FabricTransaction): number =>
      new Set(words.filter(([, other]) => isSame(word, other)).map(([{ organisation }]) => organisation))
        .size;
    return [...this.words.values()].find((word) => saying(word) >= majority);
  }
}

function isSame(a: FabricTransaction, b: FabricTransaction): boolean {
  const isAt = a.block === b.block && a.index === b.index && a.time === b.time;
  return isAt && a.code === b.code && areEqual(a.event, b.event) && areEqual(a.args, b.args);
}

const areEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
