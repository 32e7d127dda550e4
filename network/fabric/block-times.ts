/**
 * When each of the latest blocks was first seen: who lacks one, and since when. Another organisation alone may claim any
 * number of blocks; believed is what one's own has, or as many organisations as are a majority.
 */
import { majority } from './lifecycle.js';

const REMEMBERED = 1_000;

export interface Believed {
  readonly own: string;
  /** Organisations of the channel as it is now. */
  readonly organisations: () => readonly string[];
}

export class BlockTimes {
  private readonly seen = new Map<number, number>();
  private readonly heights = new Map<string, number>();

  constructor(
    private height: number,
    private readonly believed: Believed,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Number of blocks that there are. */
  get highest(): number {
    return this.height;
  }

  /** A peer of an organisation has so many blocks. */
  note(organisation: string, height: number): void {
    if (height <= (this.heights.get(organisation) ?? 0)) return;
    this.heights.set(organisation, height);
    const highest = this.highestBelieved();
    for (let at = Math.max(this.height, highest - REMEMBERED) + 1; at <= highest; at++) {
      this.seen.set(at, this.now());
      this.seen.delete(at - REMEMBERED);
    }
    this.height = Math.max(this.height, highest);
  }

  /** For how long a peer of that height has lacked its next block; 0 where there is none. */
  lateMs(height: number): number {
    if (height >= this.height) return 0;
    const since = this.seen.get(height + 1);
    return since === undefined ? Infinity : this.now() - since;
  }

  private highestBelieved(): number {
    const { own, organisations } = this.believed;
    const names = organisations();
    const heights = names.map((name) => this.heights.get(name) ?? 0).sort((a, b) => b - a);
    return Math.max(this.heights.get(own) ?? 0, heights[majority(names.length) - 1] ?? 0);
  }
}
