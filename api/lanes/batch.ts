/** A batch that is being filled, within the limits of a transaction. */
import { LIMITS } from '../../schema/limits.js';
import type { Line } from './line.js';
import type { Placed, Waiting } from './queue.js';

/** Arguments are cut below their limit, as a column's brackets and names add to the commands' own bytes. */
const BYTES = LIMITS.argumentBytes * 0.9;

export class Batch {
  private readonly placed: Placed[] = [];
  private readonly buckets = new Set<number>();
  private bytes = 0;

  get isFull(): boolean {
    return this.placed.length === LIMITS.batchCommands;
  }

  /** Takes the first command of a line; answers false where there is none or it does not fit. */
  takeFrom(line: Line): boolean {
    const { first } = line;
    if (!first || !this.fits(first)) return false;
    line.shift();
    this.placed.push(first);
    this.buckets.add(first.bucket);
    this.bytes += first.item.bytes;
    return true;
  }

  /** What was taken, in the order in which it came: commands of one kind that came together stay together. */
  inOrder(): Waiting[] {
    return this.placed.sort((a, b) => a.order - b.order).map(({ item }) => item);
  }

  private fits({ item, bucket }: Placed): boolean {
    if (this.isFull) return false;
    if (this.placed.length > 0 && this.bytes + item.bytes > BYTES) return false;
    return this.buckets.has(bucket) || this.buckets.size < LIMITS.batchBuckets;
  }
}
