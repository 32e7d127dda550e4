/** Closed loops: so many clients, each with one request under way, for a while. */
import { median } from '../measure.js';

export interface Load {
  /** Requests done in the time measured. */
  readonly done: number;
  readonly perSecond: number;
  readonly medianMs: number;
}

/** Runs `clients` loops; what is done before `warmMs` does not count. */
export async function closedLoop(
  clients: number,
  { warmMs, measuredMs }: { readonly warmMs: number; readonly measuredMs: number },
  request: (client: number) => Promise<void>,
): Promise<Load> {
  const begin = performance.now() + warmMs;
  const end = begin + measuredMs;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let began = performance.now(); began < end;) {
        await request(client);
        const now = performance.now();
        if (now >= begin && now < end) times.push(now - began);
        began = now;
      }
    }),
  );
  return {
    done: times.length,
    perSecond: (times.length * 1000) / measuredMs,
    medianMs: times.length === 0 ? Number.NaN : median(times),
  };
}
