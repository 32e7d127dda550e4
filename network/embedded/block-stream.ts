/**
 * Streams of committed blocks. A reader that keeps up gets the blocks that are at hand; one that lags reads them from
 * the file at its own pace, so that nothing is buffered for it and no commit waits.
 */
import type { CommittedBlock } from '../ledger.js';

/** Bytes of blocks kept at hand for readers that keep up. */
const RECENT_BYTES = 16 * 1024 * 1024;

export class BlockStreams {
  private readonly recent = new Map<number, CommittedBlock>();
  private recentBytes = 0;
  private readonly sleepers = new Set<() => void>();
  private ended = false;

  constructor(
    private readonly height: () => number,
    private readonly readBlock: (number: number) => Promise<CommittedBlock>,
  ) {}

  /** Tells the readers of a block that has been committed. */
  publish(block: CommittedBlock): void {
    this.recent.set(block.number, block);
    this.recentBytes += block.size;
    for (const [number, old] of this.recent) {
      if (this.recentBytes <= RECENT_BYTES) break;
      this.recent.delete(number);
      this.recentBytes -= old.size;
    }
    this.wake();
  }

  /** Blocks from a height on, then each as it commits, until the signal or the ledger's end. */
  async *blocks(from: number, signal?: AbortSignal): AsyncGenerator<CommittedBlock, void, undefined> {
    for (let next = from; !this.ended && !signal?.aborted;) {
      if (next < this.height()) {
        const block = this.recent.get(next) ?? (await this.readBlock(next));
        next++;
        yield block;
      } else await this.nextBlock(signal);
    }
  }

  /** Ends all streams. */
  end(): void {
    this.ended = true;
    this.wake();
  }

  private wake(): void {
    for (const sleeper of [...this.sleepers]) sleeper();
  }

  private nextBlock(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.sleepers.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.sleepers.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
