/** Commands that wait for their lane, and how the next batch is cut from them. */
import type { IdentityRef } from '../../network/ledger.js';
import type { CommandInput } from '../../schema/command.js';
import { keyTimeAt } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import type { CommandOutcome } from './outcome.js';

export interface Waiting {
  readonly identity: IdentityRef;
  readonly command: CommandInput;
  /** Bytes that it adds to the arguments, about. */
  readonly bytes: number;
  readonly resolve: (outcome: CommandOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** Milliseconds of a bucket of the ledger's memory of keys (chaincode/PROTOCOL.md). */
const BUCKET_MS = 250;
/** Arguments are cut below their limit, as a column's brackets and names add to the commands' own bytes. */
const BATCH_BYTES = LIMITS.argumentBytes * 0.9;

export class CommandQueue {
  private items: Waiting[] = [];
  private head = 0;
  private waitingBytes = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  /** Whether so many more commands of so many bytes would be more than may wait. */
  isOver(count: number, bytes: number): boolean {
    return this.length + count > LIMITS.laneQueue || this.waitingBytes + bytes > LIMITS.laneQueueBytes;
  }

  push(item: Waiting): void {
    this.items.push(item);
    this.waitingBytes += item.bytes;
  }

  /** The next batch: commands of one identity in their order, within the limits of a transaction. */
  next(): Waiting[] {
    const first = this.items[this.head];
    const buckets = new Set<number>();
    let bytes = 0;
    let to = this.head;
    for (; to < this.items.length && to - this.head < LIMITS.batchCommands; to++) {
      const item = this.items[to];
      if (item.identity !== first.identity && !isSame(item.identity, first.identity)) break;
      if (bytes + item.bytes > BATCH_BYTES && to > this.head) break;
      const bucket = Math.floor(keyTimeAt(item.command.key, 0) / BUCKET_MS);
      if (!buckets.has(bucket) && buckets.size === LIMITS.batchBuckets) break;
      buckets.add(bucket);
      bytes += item.bytes;
    }
    const batch = this.items.slice(this.head, to);
    this.waitingBytes -= bytes;
    this.head = to;
    if (this.head === this.items.length || this.head > LIMITS.laneQueue) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return batch;
  }
}

const isSame = (a: IdentityRef, b: IdentityRef): boolean =>
  a.organisation === b.organisation && a.role === b.role;
