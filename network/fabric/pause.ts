/** Waits that end early. */

/** Waits, unless the signal ends it. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  within(new Promise(() => undefined), ms, signal);

/** Waits until a promise is fulfilled or broken, at most so long, unless the signal ends it. */
export function within(promise: Promise<unknown>, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    promise.then(done, done);
  });
}
