/** When each of the latest blocks was first seen, from any peer: who lacks one, and since when. */

const REMEMBERED = 1_000;

export class BlockTimes {
  private readonly seen = new Map<number, number>();

  constructor(
    private height: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Number of blocks that some peer has. */
  get highest(): number {
    return this.height;
  }

  note(height: number): void {
    if (height <= this.height) return;
    this.height = height;
    this.seen.set(height, this.now());
    this.seen.delete(height - REMEMBERED);
  }

  /** For how long a peer of that height has lacked its next block; 0 where there is none. */
  lateMs(height: number): number {
    if (height >= this.height) return 0;
    const since = this.seen.get(height + 1);
    return since === undefined ? Infinity : this.now() - since;
  }
}
