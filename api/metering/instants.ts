/** Instants as meter files write them. */
import type { Column, Row } from './row.js';

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.0{1,9})?)?(?:Z|([+-])(\d{2}):(\d{2}))$/;
/** Before this, and from this on, no meter file has readings: 1990 and 2100. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

/** Midnight UTC of a date of the calendar, in ms since 1970; undefined where there is no such date. */
export function dateMs(year: number, month: number, day: number): number | undefined {
  const at = Date.UTC(year, month - 1, day);
  // The calendar carries the 30th of February on into March.
  const isDate = new Date(at).getUTCMonth() === month - 1 && day > 0;
  return isDate && at >= EARLIEST_MS && at < LATEST_MS ? at : undefined;
}

/**
 * Reads instants, one after the other: ISO 8601 with an offset, to the second, or seconds since 1970; in ms. Files
 * hold the same instant for each meter, and the same date for each instant of a day, so the last ones are kept.
 */
export class InstantReader {
  private text = '';
  private value = 0;

  read(row: Row, i: number, column: Column = i + 1): number {
    if (this.text !== '' && row.is(i, this.text)) return this.value;
    const text = row.text(i);
    const at = INSTANT.exec(text);
    const value = at ? this.iso(at) : this.seconds(text);
    if (value === undefined) {
      return row.refuse('an instant with its offset is wanted, such as 2025-06-01T00:15:00Z', column);
    }
    this.text = text;
    this.value = value;
    return value;
  }

  private iso(at: RegExpExecArray): number | undefined {
    const [year, month, day, hour, minute, second] = at.slice(1, 7).map((part) => Number(part ?? 0));
    const [aheadHours, aheadMinutes] = [Number(at[8] ?? 0), Number(at[9] ?? 0)];
    const midnight = dateMs(year, month, day);
    const isTime = hour < 24 && minute < 60 && second < 60 && aheadHours < 24 && aheadMinutes < 60;
    if (midnight === undefined || !isTime) return undefined;
    const ahead = (aheadHours * 60 + aheadMinutes) * (at[7] === '-' ? -1 : 1);
    return midnight + ((hour * 60 + minute - ahead) * 60 + second) * 1000;
  }

  private seconds(text: string): number | undefined {
    if (!/^\d{9,10}$/.test(text)) return undefined;
    const value = Number(text) * 1000;
    return value >= EARLIEST_MS && value < LATEST_MS ? value : undefined;
  }
}
