/** The demonstration community that ships with Gridbook: where it lives and which days it has. */
import { DateTime } from 'luxon';
import { writeCommunity } from '../demo/generate.js';

export const DEMONSTRATION = {
  timeZone: 'Australia/Perth',
  currency: 'AUD',
  latitude: -31.95,
  longitude: 115.86,
  homes: 16,
  intervalSeconds: 900,
  seed: 20_250_601,
} as const;

/** Writes the local days before the one that holds `nowMs`, as a community's folder. */
export async function writeDemonstration(folder: string, nowMs: number, days: number): Promise<void> {
  const { timeZone, intervalSeconds } = DEMONSTRATION;
  const today = DateTime.fromMillis(nowMs, { zone: timeZone }).startOf('day');
  const first = today.minus({ days });
  const from = first.toMillis();
  await writeCommunity(folder, {
    seed: DEMONSTRATION.seed,
    from,
    intervals: (today.toMillis() - from) / (intervalSeconds * 1000),
    intervalSeconds,
    homes: DEMONSTRATION.homes,
    latitude: DEMONSTRATION.latitude,
    longitude: DEMONSTRATION.longitude,
    offsetSeconds: first.offset * 60,
  });
}
