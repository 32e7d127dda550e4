/** Waiting that ends: nodes take a moment until they answer, and nobody waits for one that hangs. */
import { NetworkError } from './errors.js';
import { reasonOf } from './silence.js';

const PATIENCE_MS = 30_000;
const AGAIN_MS = 25;

/** Tries until it works: nodes take a moment until they answer. Ends early where it is hopeless. */
export async function untilDone<T>(
  what: string,
  attempt: () => Promise<T>,
  hopeless: () => boolean = () => false,
): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end || hopeless())
        throw new NetworkError(`${what}: ${reasonOf(error)}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** The result, unless it does not come in time: nobody waits for a peer that hangs. */
export async function inTime<T>(what: string, result: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new NetworkError(what)), PATIENCE_MS);
  });
  try {
    return await Promise.race([result, end]);
  } finally {
    clearTimeout(late);
  }
}
