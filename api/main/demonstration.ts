/** The demonstration community that ships with Gridbook: where it lives and which days it has. */
import { DateTime } from 'luxon';
import { writeCommunity } from '../demo/generate.js';
import { readCommunity, type CommunityData } from '../metering/community.js';
import { temporaryFolder } from './temporary-folder.js';

export const DEMONSTRATION = {
  timeZone: 'Australia/Perth',
  currency: 'AUD',
  latitude: -31.95,
  longitude: 115.86,
  homes: 16,
  intervalSeconds: 900,
  seed: 20_250_601,
} as const;

/** Which days of which community. */
export interface Days {
  /** Folder of the community's files; the demonstration community without it. */
  readonly community?: string;
  /** Local days from the first one on; all of the data without it, and one of the demonstration. */
  readonly days?: number;
  /** IANA name of the zone whose days count. */
  readonly timeZone: string;
  /** ISO 4217 code. */
  readonly currency: string;
}

export const FIRST_DAY: Days = {
  days: 1,
  timeZone: DEMONSTRATION.timeZone,
  currency: DEMONSTRATION.currency,
};

/**
 * The figures of a community's days. The demonstration's are those from the instant on that is given, in which it
 * began; without one it has those before today.
 */
export async function dataOf({ community, days = 1 }: Days, fromMs?: number): Promise<CommunityData> {
  if (community !== undefined) return readCommunity(community);
  const generated = temporaryFolder('community');
  try {
    const zone = DEMONSTRATION.timeZone;
    const today = DateTime.fromMillis(Date.now(), { zone }).startOf('day');
    const first = fromMs === undefined ? today.minus({ days }) : DateTime.fromMillis(fromMs, { zone });
    await writeDemonstration(generated.path, first, days);
    return await readCommunity(generated.path);
  } finally {
    generated.remove();
  }
}

/** Writes local days, the first of which begins then, as a community's folder. */
async function writeDemonstration(folder: string, first: DateTime, days: number): Promise<void> {
  const { intervalSeconds } = DEMONSTRATION;
  const from = first.toMillis();
  await writeCommunity(folder, {
    seed: DEMONSTRATION.seed,
    from,
    intervals: (first.plus({ days }).toMillis() - from) / (intervalSeconds * 1000),
    intervalSeconds,
    homes: DEMONSTRATION.homes,
    latitude: DEMONSTRATION.latitude,
    longitude: DEMONSTRATION.longitude,
    offsetSeconds: first.offset * 60,
  });
}
