/** Waits until a transaction is committed on every peer of its endorsers that still answers. */
import type { FabricTransaction } from './block.js';
import { LATE_MS, type FollowedPeer } from './follower.js';

export class CommitWatch {
  /** Is never broken: nobody knows that a transaction will not come. */
  readonly done: Promise<FabricTransaction>;
  private resolve: (transaction: FabricTransaction) => void = () => undefined;
  private first: FabricTransaction | undefined;
  private readonly by = new Set<FollowedPeer>();
  private late: NodeJS.Timeout | undefined;

  /**
   * The next transaction is endorsed by the same peers: were one behind, their answers would differ. Any peer's word
   * that it is committed will do, where those of the endorsers went away.
   */
  constructor(
    private readonly transactionId: string,
    private readonly followers: readonly FollowedPeer[],
    private readonly endorsers: readonly FollowedPeer[],
  ) {
    this.done = new Promise((resolve) => (this.resolve = resolve));
    const watch = {
      committed: (by: FollowedPeer, transaction: FabricTransaction) => this.take(by, transaction),
      changed: () => this.look(),
    };
    for (const follower of followers) follower.watch(transactionId, watch);
  }

  close(): void {
    clearTimeout(this.late);
    for (const follower of this.followers) follower.unwatch(this.transactionId);
  }

  private take(by: FollowedPeer, transaction: FabricTransaction): void {
    this.by.add(by);
    // An organisation believes its own peer first.
    if (!this.first || by === this.endorsers[0]) this.first = transaction;
    this.late ??= setTimeout(() => this.end(transaction), LATE_MS);
    this.look();
  }

  private look(): void {
    if (!this.first) return;
    if (this.endorsers.every((endorser) => this.by.has(endorser) || !endorser.answers)) this.end(this.first);
  }

  private end(transaction: FabricTransaction): void {
    this.close();
    this.resolve(this.first ?? transaction);
  }
}
