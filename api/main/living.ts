/** A community's days on the ledger: it is set up, its market opens, and each interval is read and settled. */
import { DateTime } from 'luxon';
import type { IdentityRef } from '../../network/ledger.js';
import type { Recorded } from '../demo/recorded.js';
import { runIntervals } from '../demo/run.js';
import { setUpCommunity } from '../demo/set-up.js';
import type { Lanes } from '../lanes/lanes.js';
import type { CommunityData } from '../metering/community.js';
import { isTimeZone } from '../time-zone.js';
import type { Days } from './demonstration.js';
import { CommandFailure, EXIT } from './exit.js';

export interface LivingOptions {
  readonly lanes: Lanes;
  readonly days: Days;
  readonly data: CommunityData;
  /** What its lane has already: an interrupted community lives on where it stopped. */
  readonly recorded: Recorded;
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
  /** What its user reads where the signal ends it. */
  readonly interrupted: string;
  /** Who records readings. */
  readonly provider: IdentityRef;
}

/** Reports of progress, about; and most intervals between two of them. */
const REPORTS = 24;
const MOST_STEP = 375;

export async function liveThrough(o: LivingOptions): Promise<void> {
  const { lanes, data, recorded } = o;
  const { timeZone, currency } = o.days;
  const intervals = intervalsOf(data, o.days);
  o.progress(0, intervals);
  const plan = {
    ...{ currency, timeZone, provider: o.provider },
    ...{ intervalSeconds: data.intervalSeconds, from: data.start[0], homes: data.homes },
  };
  const community = await setUpCommunity(lanes, plan, recorded);
  const step = Math.max(1, Math.min(MOST_STEP, Math.ceil(intervals / REPORTS)));
  for (let from = 0; from < intervals; from += step) {
    if (o.signal.aborted) throw new CommandFailure(o.interrupted, EXIT.interrupted);
    const to = Math.min(from + step, intervals);
    await runIntervals({ lanes, community, data, from, to, recorded });
    o.progress(to, intervals);
  }
}

/** How many intervals of the data lie in its first local days; a day has 23, 24 or 25 hours. */
export function intervalsOf(data: CommunityData, { days, timeZone }: Days): number {
  if (days === undefined) return data.start.length;
  const end = DateTime.fromMillis(data.start[0], { zone: timeZone }).plus({ days }).toMillis();
  const beyond = data.start.findIndex((start) => start >= end);
  return beyond < 0 ? data.start.length : beyond;
}

/** How many local days the data has, a last one that is not whole among them. */
export function localDaysOf({ start, intervalSeconds }: CommunityData, zone: string): number {
  const [first, last] = [start[0], start[start.length - 1] + intervalSeconds * 1000];
  const length = DateTime.fromMillis(last, { zone }).diff(DateTime.fromMillis(first, { zone }), 'days');
  return Math.ceil(length.days);
}

export function requireTimeZone(timeZone: string): void {
  if (!isTimeZone(timeZone)) {
    throw new CommandFailure('The time zone must be an IANA name such as Europe/Berlin.', EXIT.usage);
  }
}
