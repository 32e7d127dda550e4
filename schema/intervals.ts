import type { Instant } from './units.js';

/** Lengths of a settlement interval that a market may have, in seconds. */
export const INTERVAL_SECONDS = [300, 900, 1800, 3600] as const;
export type IntervalSeconds = (typeof INTERVAL_SECONDS)[number];

export const isIntervalSeconds = (seconds: number): seconds is IntervalSeconds =>
  (INTERVAL_SECONDS as readonly number[]).includes(seconds);

/** Whether an instant starts an interval of this length: intervals are aligned to UTC (E5). */
export const isOnGrid = (start: Instant, seconds: IntervalSeconds): boolean => start % (seconds * 1000) === 0;

/** The start of the interval that holds `at`. */
export const intervalStart = (at: Instant, seconds: IntervalSeconds): Instant =>
  (Math.floor(at / (seconds * 1000)) * seconds * 1000) as Instant;

/** Offsets of a zone: from each instant on, local time = UTC + offset. Ascending; the first holds before it too. */
export interface ZoneOffsets {
  readonly zone: string;
  readonly from: readonly Instant[];
  readonly offsetSeconds: readonly number[];
}

export function offsetAt(zone: ZoneOffsets, at: Instant): number {
  let offset = zone.offsetSeconds[0];
  for (let i = 0; i < zone.from.length && zone.from[i] <= at; i++) offset = zone.offsetSeconds[i];
  return offset;
}

const DAY_MS = 86_400_000;

/** A local day: its date and the instants between which it lies (23, 24 or 25 hours). */
export interface LocalDay {
  /** ISO date, `2021-03-28`. */
  readonly date: string;
  readonly from: Instant;
  readonly to: Instant;
}

/** The instant at which a local date begins; where midnight is skipped, the first instant that exists. */
export function startOfLocalDay(zone: ZoneOffsets, dayNumber: number): Instant {
  const wall = dayNumber * DAY_MS;
  // The offset in force at the start is one of those in force within a day of the wall-clock time.
  let best = Number.POSITIVE_INFINITY;
  for (const around of [wall - DAY_MS, wall + DAY_MS]) {
    const candidate = wall - offsetAt(zone, around as Instant) * 1000;
    if (localDayNumber(zone, candidate as Instant) === dayNumber) best = Math.min(best, candidate);
  }
  if (best !== Number.POSITIVE_INFINITY) return best as Instant;
  return zone.from.find((at) => localDayNumber(zone, at) === dayNumber) ?? (wall as Instant);
}

function localDayNumber(zone: ZoneOffsets, at: Instant): number {
  return Math.floor((at + offsetAt(zone, at) * 1000) / DAY_MS);
}

/** The local day that holds an instant. */
export function localDayOf(zone: ZoneOffsets, at: Instant): LocalDay {
  const day = localDayNumber(zone, at);
  return {
    date: new Date(day * DAY_MS).toISOString().slice(0, 10),
    from: startOfLocalDay(zone, day),
    to: startOfLocalDay(zone, day + 1),
  };
}
