/** A community's days on the ledger: it is set up, its market opens, and each interval is read and settled. */
import { DateTime } from 'luxon';
import type { IdentityRef } from '../../network/ledger.js';
import { runIntervals } from '../demo/run.js';
import { setUpCommunity } from '../demo/set-up.js';
import type { Lanes } from '../lanes/lanes.js';
import type { CommunityData } from '../metering/community.js';
import { isTimeZone } from '../time-zone.js';
import { CommandFailure, EXIT } from './exit.js';

export interface Place {
  /** ISO 4217 code. */
  readonly currency: string;
  /** IANA name of the zone whose days count. */
  readonly timeZone: string;
}

export interface LivingOptions extends Place {
  readonly lanes: Lanes;
  readonly data: CommunityData;
  /** Intervals that are lived through, from the first of the data on. */
  readonly intervals: number;
  /** Intervals between two reports of progress. */
  readonly step: number;
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
  /** Who records readings. */
  readonly provider: IdentityRef;
}

export async function liveThrough(o: LivingOptions): Promise<void> {
  o.progress(0, o.intervals);
  const community = await setUpCommunity(o.lanes, {
    currency: o.currency,
    timeZone: o.timeZone,
    intervalSeconds: o.data.intervalSeconds,
    from: o.data.start[0],
    homes: o.data.homes,
    provider: o.provider,
  });
  for (let from = 0; from < o.intervals; from += o.step) {
    if (o.signal.aborted) throw new CommandFailure('Interrupted.', EXIT.interrupted);
    const to = Math.min(from + o.step, o.intervals);
    await runIntervals({ lanes: o.lanes, community, data: o.data, from, to });
    o.progress(to, o.intervals);
  }
}

/** How many intervals of the data lie in its first local days; a day has 23, 24 or 25 hours. */
export function intervalsOfDays(data: CommunityData, days: number, timeZone: string): number {
  const end = DateTime.fromMillis(data.start[0], { zone: timeZone }).plus({ days }).toMillis();
  const beyond = data.start.findIndex((start) => start >= end);
  return beyond < 0 ? data.start.length : beyond;
}

export function requireTimeZone(timeZone: string): void {
  if (!isTimeZone(timeZone)) {
    throw new CommandFailure('The time zone must be an IANA name such as Europe/Berlin.', EXIT.usage);
  }
}
