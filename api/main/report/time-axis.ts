/** The horizontal axis: local hours of a day, or dates of many days. */
import { DateTime } from 'luxon';
import type { Buckets } from './buckets.js';
import { FIELD } from './frame.js';

export interface TimeAxis {
  readonly label: string;
  readonly ticks: readonly (readonly [at: number, text: string])[];
  at(instantMs: number): number;
}

const HOUR_MS = 3_600_000;
/** Marks that fit beside one another. */
const MOST_TICKS = 13;

export function timeAxis({ from, to, unit }: Buckets, timeZone: string): TimeAxis {
  const span = to - from || 1;
  const at = (instantMs: number): number =>
    FIELD.left + ((instantMs - from) / span) * (FIELD.right - FIELD.left);
  const isDaily = unit === 'day' || span > 3 * 24 * HOUR_MS;
  const stepHours = isDaily
    ? 24 * Math.ceil(span / (24 * HOUR_MS) / MOST_TICKS)
    : ([1, 2, 3, 6, 12].find((hours) => span / (hours * HOUR_MS) < MOST_TICKS) ?? 24);
  const ticks: [number, string][] = [];
  // Wall-clock steps, so that marks stay on the hour where the clock is changed.
  const first = DateTime.fromMillis(from, { zone: timeZone });
  const start = first.startOf('day');
  const step = isDaily ? { days: stepHours / 24 } : { hours: stepHours };
  for (let n = 0; n <= 400; n++) {
    const mark = start.plus({ days: (step.days ?? 0) * n, hours: (step.hours ?? 0) * n });
    if (mark.toMillis() > to) break;
    if (mark.toMillis() < from) continue;
    ticks.push([at(mark.toMillis()), mark.toFormat(isDaily ? 'd LLL' : 'HH:mm', { locale: 'en' })]);
  }
  const offset = first.toFormat('ZZ');
  return { at, ticks, label: isDaily ? `Day (${timeZone})` : `Local time (${timeZone}, UTC${offset})` };
}
