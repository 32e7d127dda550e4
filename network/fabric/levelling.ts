/** Waiting until a node has the blocks that others have. */
import { NetworkError } from './errors.js';

/** How long a node may take for its next block. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

export interface Levelling {
  /** Name of the node. */
  readonly name: string;
  /** Blocks that it has. */
  readonly own: () => Promise<number>;
  /** Blocks that the others have. */
  readonly others: () => Promise<number>;
  /** Whether waiting is of no use. */
  readonly hopeless: () => boolean;
}

/** Waits as long as the node comes nearer; answers its height. */
export async function untilLevel({ name, own, others, hopeless }: Levelling): Promise<number> {
  let most = 0;
  for (let end = Date.now() + PATIENCE_MS; ;) {
    // Asked first: under load the others go on while the node is asked.
    const wanted = await others();
    const height = await own().catch(() => 0);
    if (height >= wanted) return height;
    if (height > most) {
      most = height;
      end = Date.now() + PATIENCE_MS;
    }
    if (Date.now() > end || hopeless())
      throw new NetworkError(
        `${name} does not catch up: it has ${most} of ${wanted} blocks; the same command goes on`,
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
