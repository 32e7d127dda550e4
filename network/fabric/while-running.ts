/** Work that is of no use once a process that it needs has ended. */
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { lastWords } from './logs.js';
import { runningPid } from './processes.js';

/**
 * Does work with processes. Where it fails as one of them has ended, the last line of that one's log says why, unless
 * `explain` throws what says it better.
 */
export async function whileRunning<T>(
  layout: Layout,
  names: readonly string[],
  work: (hasEnded: () => boolean) => Promise<T>,
  explain: (name: string) => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  const ended = (): string | undefined => names.find((name) => runningPid(layout, name) === undefined);
  try {
    return await work(() => ended() !== undefined);
  } catch (error) {
    const name = ended();
    if (name === undefined) throw error;
    await explain(name);
    throw new NetworkError(`${name} ended: ${lastWords(layout, name)}`, { cause: error });
  }
}
