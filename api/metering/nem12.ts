/**
 * NEM12, the interval file of the Australian market (records 100, 200, 300, 400, 500, 900). Directions are from the
 * market's side: E registers go to the customer (import), B registers come from it (export). Times are market standard
 * time, UTC+10 without daylight saving.
 */
import { isIntervalSeconds } from '../../schema/intervals.js';
import { isRecordId } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { MeterFileError } from './errors.js';
import { dateMs } from './instants.js';
import { DAY_MINUTES, MICRO, readingsOf, type Day, type Register } from './nem12-days.js';
import { QUALITIES, type MeterFile } from './readings.js';
import { eachRow, type Row } from './row.js';
import { sourceOf, textOf } from './table-text.js';

const MARKET_OFFSET_MS = 10 * 3_600_000;

/** Decimal places of a unit that make whole micro-watt-hours. */
const MICRO_WH_PLACES: Readonly<Record<string, number>> = { WH: 6, KWH: 9, MWH: 12 };

const QUALITY: Readonly<Record<string, number>> = {
  A: QUALITIES.indexOf('ACTUAL'),
  F: QUALITIES.indexOf('SUBSTITUTED'),
  S: QUALITIES.indexOf('SUBSTITUTED'),
  E: QUALITIES.indexOf('ESTIMATED'),
  N: QUALITIES.indexOf('MISSING'),
};
/** A flag, and the two digits of a method where it has one. */
const QUALITY_METHOD = /^[AEFNSV](?:\d{2})?$/;
/** A quality that the records 400 have yet to tell, or an empty value that they have to call missing. */
const UNTOLD = -1;

export function readNem12(bytes: Uint8Array): MeterFile {
  const reader = new Nem12Reader();
  eachRow(textOf(bytes), (row) => reader.row(row));
  return { ...reader.finish(), source: sourceOf(bytes) };
}

class Nem12Reader {
  private register: Register | undefined;
  private day: Day | undefined;
  private readonly days = new Map<string, Day>();
  private readonly passedOver: Record<string, number> = {};
  private isOpen = false;
  private isEnded = false;
  private lastLine = 0;

  row(row: Row): void {
    this.lastLine = row.line;
    if (!this.isOpen) {
      if (!row.is(0, '100') || row.text(1).toUpperCase() !== 'NEM12') {
        row.refuse('a NEM12 file begins with a record 100,NEM12', 1);
      }
      this.isOpen = true;
      return;
    }
    if (this.isEnded) row.refuse('a record after the end record 900', 1);
    switch (row.text(0)) {
      case '200':
        this.closeDay();
        this.register = registerOf(row);
        if (this.register.places === undefined) this.count('reactive or other registers');
        break;
      case '300':
        this.closeDay();
        this.openDay(row);
        break;
      case '400':
        this.qualities(row);
        break;
      case '500':
        this.count('event records');
        break;
      case '900':
        this.closeDay();
        this.isEnded = true;
        break;
      default:
        row.refuse('a record of an unknown kind', 1);
    }
  }

  finish(): Omit<MeterFile, 'source'> {
    if (!this.isOpen) throw new MeterFileError('the file is empty');
    if (!this.isEnded)
      throw new MeterFileError('the end record 900 is missing: the file was cut short', this.lastLine);
    return { readings: readingsOf(this.days.values()), passedOver: this.passedOver };
  }

  private count(what: string): void {
    this.passedOver[what] = (this.passedOver[what] ?? 0) + 1;
  }

  private openDay(row: Row): void {
    const { register } = this;
    if (!register) return row.refuse('a record 300 without a record 200 before it', 1);
    if (register.places === undefined) return this.count('days of reactive or other registers');
    const count = DAY_MINUTES / register.minutes;
    const startMs = dayOf(row);
    const method = row.text(2 + count).toUpperCase();
    if (!QUALITY_METHOD.test(method))
      row.refuse(`${count} values and a quality method are wanted`, 3 + count);
    const flag = method[0];
    const values = new Array<number>(count).fill(0);
    const quality = new Array<number>(count).fill(flag === 'V' ? UNTOLD : QUALITY[flag]);
    const empty: number[] = [];
    for (let i = 0; i < count; i++) {
      if (row.isEmpty(2 + i) && (flag === 'N' || flag === 'V')) {
        empty.push(i);
        continue;
      }
      const value = row.decimal(2 + i, register.places);
      if (value < 0) row.refuse('a value ≥ 0 is wanted', 3 + i);
      if (value > LIMITS.intervalWh * MICRO) {
        row.refuse(`more than ${LIMITS.intervalWh} Wh in an interval`, 3 + i);
      }
      values[i] = value;
    }
    this.day = { register, startMs, updated: row.text(5 + count), values, quality, empty, line: row.line };
  }

  /** A record 400: the quality of a run of intervals of the day before it, numbered from 1. */
  private qualities(row: Row): void {
    const { day } = this;
    if (!day) {
      if (this.register && this.register.places === undefined) return;
      return row.refuse('a record 400 without a record 300 before it', 1);
    }
    const [from, to] = [row.whole(1), row.whole(2)];
    const method = row.text(3).toUpperCase();
    if (from < 1 || to < from || to > day.values.length) row.refuse('no such intervals', 2);
    if (!QUALITY_METHOD.test(method) || method[0] === 'V') row.refuse('a quality method is wanted', 4);
    day.quality.fill(QUALITY[method[0]], from - 1, to);
  }

  /** Keeps the newest of the days that one register has of one date. */
  private closeDay(): void {
    const { day } = this;
    this.day = undefined;
    if (!day) return;
    if (day.quality.includes(UNTOLD)) {
      throw new MeterFileError('quality V, but records 400 do not cover the day', day.line);
    }
    const unexplained = day.empty.find((i) => day.quality[i] !== QUALITY.N);
    if (unexplained !== undefined) {
      throw new MeterFileError('an empty value whose quality is not N', day.line, 3 + unexplained);
    }
    const key = `${day.register.nmi} ${day.register.suffix} ${day.startMs}`;
    const before = this.days.get(key);
    if (before) this.count('days that a newer record replaces');
    if (!before || before.updated <= day.updated) this.days.set(key, day);
  }
}

function registerOf(row: Row): Register {
  const nmi = row.text(1);
  const suffix = row.text(4).toUpperCase();
  const unit = row.text(7).toUpperCase();
  const minutes = row.whole(8);
  if (!isRecordId(nmi)) row.refuse('a national metering identifier is wanted', 2);
  if (!/^[A-Z][A-Z0-9]$/.test(suffix)) row.refuse('a register suffix is wanted', 5);
  if (!isIntervalSeconds(minutes * 60) || minutes === 60) {
    row.refuse('an interval of 5, 15 or 30 minutes is wanted', 9);
  }
  const isEnergy = isActive(suffix);
  if (isEnergy && MICRO_WH_PLACES[unit] === undefined) {
    row.refuse('an energy register in Wh, kWh or MWh is wanted', 8);
  }
  return {
    nmi,
    suffix,
    minutes,
    places: isEnergy ? MICRO_WH_PLACES[unit] : undefined,
    configured: (
      row
        .text(2)
        .toUpperCase()
        .match(/[A-Z][A-Z0-9]/g) ?? []
    ).filter(isActive),
  };
}

const isActive = (suffix: string): boolean => suffix[0] === 'E' || suffix[0] === 'B';

/** Midnight of a record's date in market time. */
function dayOf(row: Row): number {
  const isEight = row.code(1, 7) >= 0 && row.code(1, 8) < 0;
  const parts = [row.digits(1, 0, 4), row.digits(1, 4, 2), row.digits(1, 6, 2)];
  const at = isEight && parts.every((part) => part >= 0) ? dateMs(parts[0], parts[1], parts[2]) : undefined;
  return at === undefined ? row.refuse('a date YYYYMMDD is wanted', 2) : at - MARKET_OFFSET_MS;
}
