/** Transactions that an orderer took may be lost all the same, with the leader that had them when it died. */
import { pause } from './pause.js';

/** After how long one that an orderer took is given again. Given twice, it is committed once. */
export const RESUBMIT_MS = 1_500;

/** Gives a transaction again and again, until it was heard of or nobody listens any more. */
export async function giveUntil(
  heard: Promise<unknown>,
  give: () => Promise<void>,
  everyMs = RESUBMIT_MS,
): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  void heard.then(end, end);
  for (;;) {
    await pause(everyMs, ending.signal);
    if (ending.signal.aborted) return;
    // Who refuses it now may have it already.
    await give().catch(() => undefined);
  }
}
