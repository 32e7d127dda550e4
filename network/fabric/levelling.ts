/** Waiting until a node has the blocks that others have. */
import { NetworkError } from './errors.js';

/** How long a node may take for its next block. */
const PATIENCE_MS = 60_000;
/** How far behind a node may be that is level: a peer that lags more is not waited for. */
const NEAR_MS = 5_000;
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

/**
 * Waits as long as the node comes nearer; answers its height. Under load the others go on while it is asked, and one that
 * asks them for blocks now and then is never quite where they are: it is level once it has, within seconds, what they had.
 */
export async function untilLevel(levelling: Levelling): Promise<number> {
  for (;;) {
    const began = Date.now();
    const height = await untilAt(levelling, await levelling.others());
    if (Date.now() - began < NEAR_MS) return height;
  }
}

async function untilAt({ name, own, hopeless }: Levelling, wanted: number): Promise<number> {
  let most = 0;
  for (let end = Date.now() + PATIENCE_MS; ;) {
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
