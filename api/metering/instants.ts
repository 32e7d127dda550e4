/** Instants as meter files write them. */
import type { Column, Row } from './row.js';

/** Before this, and from this on, no meter file has readings: 1990 and 2100. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
/** Character codes. */
const [DASH, PLUS, COLON, POINT, ZERO, T, Z] = [45, 43, 58, 46, 48, 84, 90];

/** Midnight UTC of a date of the calendar, in ms since 1970; undefined where there is no such date. */
export function dateMs(year: number, month: number, day: number): number | undefined {
  const at = Date.UTC(year, month - 1, day);
  // The calendar carries the 30th of February on into March.
  const isDate = new Date(at).getUTCMonth() === month - 1 && day > 0;
  return isDate && at >= EARLIEST_MS && at < LATEST_MS ? at : undefined;
}

/** Reads instants: ISO 8601 with an offset, to the second, or whole seconds since 1970; in ms. */
export class InstantReader {
  /** The date that was read last, as it follows that most instants share it with the one before. */
  private date = -1;
  private midnight: number | undefined;

  read(row: Row, i: number, column: Column = i + 1): number {
    const value = row.code(i, 4) === DASH ? this.iso(row, i) : seconds(row.text(i));
    return value ?? row.refuse('an instant with its offset is wanted, such as 2025-06-01T00:15:00Z', column);
  }

  private iso(row: Row, i: number): number | undefined {
    const midnight = this.midnightOf(row.digits(i, 0, 4), row.digits(i, 5, 2), row.digits(i, 8, 2));
    const isShaped = row.code(i, 7) === DASH && row.code(i, 10) === T && row.code(i, 13) === COLON;
    const hour = row.digits(i, 11, 2);
    const minute = row.digits(i, 14, 2);
    let second = 0;
    let at = 16;
    if (row.code(i, at) === COLON) {
      second = row.digits(i, at + 1, 2);
      at += 3;
      if (row.code(i, at) === POINT) for (at++; row.code(i, at) === ZERO;) at++;
    }
    const ahead = aheadMinutes(row, i, at);
    const isTime = isBelow(hour, 24) && isBelow(minute, 60) && isBelow(second, 60);
    if (midnight === undefined || ahead === undefined || !isShaped || !isTime) return undefined;
    return midnight + ((hour * 60 + minute - ahead) * 60 + second) * 1000;
  }

  private midnightOf(year: number, month: number, day: number): number | undefined {
    if (year < 0 || month < 0 || day < 0) return undefined;
    const date = (year * 100 + month) * 100 + day;
    if (date !== this.date) {
      this.date = date;
      this.midnight = dateMs(year, month, day);
    }
    return this.midnight;
  }
}

const isBelow = (value: number, limit: number): boolean => value >= 0 && value < limit;

/** The offset that ends an instant, in minutes ahead of UTC. */
function aheadMinutes(row: Row, i: number, at: number): number | undefined {
  const sign = row.code(i, at);
  if (sign === Z) return row.code(i, at + 1) < 0 ? 0 : undefined;
  const hours = row.digits(i, at + 1, 2);
  const minutes = row.digits(i, at + 4, 2);
  const isShaped = row.code(i, at + 3) === COLON && row.code(i, at + 6) < 0;
  if ((sign !== PLUS && sign !== DASH) || !isShaped || !isBelow(hours, 24) || !isBelow(minutes, 60)) {
    return undefined;
  }
  return (hours * 60 + minutes) * (sign === PLUS ? 1 : -1);
}

function seconds(text: string): number | undefined {
  if (!/^\d{9,10}$/.test(text)) return undefined;
  const value = Number(text) * 1000;
  return value >= EARLIEST_MS && value < LATEST_MS ? value : undefined;
}
