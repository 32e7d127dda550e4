/**
 * NEM12, the interval file of the Australian market (records 100, 200, 300, 400, 500, 900). Directions are from the
 * market's side: E registers go to the customer (import), B registers come from it (export). Times are market standard
 * time, UTC+10 without daylight saving.
 */
import { isIntervalSeconds } from '../../schema/intervals.js';
import { isRecordId } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { MeterFileError } from './errors.js';
import { QUALITIES, ReadingTable, type MeterFile } from './readings.js';
import { eachRow, scaledDecimal, sourceOf, textOf } from './table-text.js';

const MARKET_OFFSET_MS = 10 * 3_600_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1440;

/** Decimal places of a unit that make whole micro-watt-hours. */
const MICRO_WH_PLACES: Readonly<Record<string, number>> = { WH: 6, KWH: 9, MWH: 12 };
const MICRO = 1_000_000;

const QUALITY: Readonly<Record<string, number>> = {
  A: QUALITIES.indexOf('ACTUAL'),
  F: QUALITIES.indexOf('SUBSTITUTED'),
  S: QUALITIES.indexOf('SUBSTITUTED'),
  E: QUALITIES.indexOf('ESTIMATED'),
  N: QUALITIES.indexOf('MISSING'),
};
const QUALITY_METHOD = /^[AEFNSV]\d{0,2}$/;

interface Register {
  readonly nmi: string;
  readonly suffix: string;
  readonly minutes: number;
  /** Undefined where it measures no active energy. */
  readonly places: number | undefined;
}

/** A day of one register: micro-watt-hours and quality by interval. */
interface Day {
  readonly register: Register;
  readonly startMs: number;
  readonly updated: string;
  readonly values: number[];
  readonly quality: number[];
  readonly line: number;
  readonly isVariable: boolean;
}

export function readNem12(bytes: Uint8Array): MeterFile {
  const reader = new Nem12Reader();
  eachRow(textOf(bytes), (cells, line) => reader.row(cells, line));
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

  row(cells: string[], line: number): void {
    this.lastLine = line;
    const kind = cells[0].trim();
    if (!this.isOpen) {
      if (kind !== '100' || cells[1]?.trim().toUpperCase() !== 'NEM12') {
        throw new MeterFileError('a NEM12 file begins with a record 100,NEM12', line, 1);
      }
      this.isOpen = true;
      return;
    }
    if (this.isEnded) throw new MeterFileError('a record after the end record 900', line, 1);
    switch (kind) {
      case '200':
        this.closeDay();
        this.register = registerOf(cells, line);
        if (this.register.places === undefined) this.count('reactive or other registers');
        break;
      case '300':
        this.closeDay();
        this.openDay(cells, line);
        break;
      case '400':
        this.qualities(cells, line);
        break;
      case '500':
        this.count('event records');
        break;
      case '900':
        this.closeDay();
        this.isEnded = true;
        break;
      default:
        throw new MeterFileError('a record of an unknown kind', line, 1);
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

  private openDay(cells: string[], line: number): void {
    const { register } = this;
    if (!register) throw new MeterFileError('a record 300 without a record 200 before it', line, 1);
    if (register.places === undefined) {
      this.count('days of reactive or other registers');
      this.day = undefined;
      return;
    }
    const count = DAY_MINUTES / register.minutes;
    const startMs = dayOf(cells[1], line);
    const method = (cells[2 + count] ?? '').trim().toUpperCase();
    if (!QUALITY_METHOD.test(method)) {
      throw new MeterFileError(`${count} values and a quality method are wanted`, line, 3 + count);
    }
    const isMissing = method[0] === 'N';
    const values: number[] = [];
    for (let i = 0; i < count; i++) {
      const cell = cells[2 + i];
      if (isMissing && cell.trim() === '') values.push(0);
      else values.push(scaledDecimal(cell, register.places, line, 3 + i));
      if (values[i] < 0) throw new MeterFileError('a value ≥ 0 is wanted', line, 3 + i);
      if (values[i] > LIMITS.intervalWh * MICRO) {
        throw new MeterFileError(`more than ${LIMITS.intervalWh} Wh in an interval`, line, 3 + i);
      }
    }
    const isVariable = method[0] === 'V';
    const quality = new Array<number>(count).fill(isVariable ? -1 : QUALITY[method[0]]);
    this.day = {
      register,
      startMs,
      updated: (cells[5 + count] ?? '').trim(),
      values,
      quality,
      line,
      isVariable,
    };
  }

  /** A record 400: the quality of a run of intervals of the day before it, numbered from 1. */
  private qualities(cells: string[], line: number): void {
    const { day } = this;
    if (!day) {
      if (this.register && this.register.places === undefined) return;
      throw new MeterFileError('a record 400 without a record 300 before it', line, 1);
    }
    const [from, to] = [cells[1], cells[2]].map((cell, i) => scaledDecimal(cell, 0, line, 2 + i));
    const method = (cells[3] ?? '').trim().toUpperCase();
    if (from < 1 || to < from || to > day.values.length)
      throw new MeterFileError('no such intervals', line, 2);
    if (!QUALITY_METHOD.test(method) || method[0] === 'V')
      throw new MeterFileError('a quality method is wanted', line, 4);
    day.quality.fill(QUALITY[method[0]], from - 1, to);
  }

  /** Keeps the newest of the days that one register has of one date. */
  private closeDay(): void {
    const { day } = this;
    this.day = undefined;
    if (!day) return;
    if (day.quality.includes(-1)) {
      throw new MeterFileError('quality V, but records 400 do not cover the day', day.line);
    }
    const key = `${day.register.nmi} ${day.register.suffix} ${day.startMs}`;
    const before = this.days.get(key);
    if (before) this.count('days that a newer record replaces');
    if (!before || before.updated <= day.updated) this.days.set(key, day);
  }
}

function registerOf(cells: string[], line: number): Register {
  const nmi = (cells[1] ?? '').trim();
  const suffix = (cells[4] ?? '').trim().toUpperCase();
  const unit = (cells[7] ?? '').trim().toUpperCase();
  const minutes = scaledDecimal(cells[8], 0, line, 9);
  if (!isRecordId(nmi)) throw new MeterFileError('a national metering identifier is wanted', line, 2);
  if (!/^[A-Z][A-Z0-9]$/.test(suffix)) throw new MeterFileError('a register suffix is wanted', line, 5);
  if (!isIntervalSeconds(minutes * 60) || minutes === 60) {
    throw new MeterFileError('an interval of 5, 15 or 30 minutes is wanted', line, 9);
  }
  const isEnergy = suffix[0] === 'E' || suffix[0] === 'B';
  if (isEnergy && MICRO_WH_PLACES[unit] === undefined) {
    throw new MeterFileError('an energy register in Wh, kWh or MWh is wanted', line, 8);
  }
  return { nmi, suffix, minutes, places: isEnergy ? MICRO_WH_PLACES[unit] : undefined };
}

/** Midnight of a date in market time. */
function dayOf(cell: string | undefined, line: number): number {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(cell?.trim() ?? '');
  const at = match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : Number.NaN;
  const isDate = match && new Date(at).toISOString().slice(0, 10).replaceAll('-', '') === match[0];
  if (!isDate || at < Date.UTC(1990, 0, 1) || at > Date.UTC(2100, 0, 1)) {
    throw new MeterFileError('a date YYYYMMDD is wanted', line, 2);
  }
  return at - MARKET_OFFSET_MS;
}

/** Sums the registers of each meter and day; the part below 1 Wh is carried, so that day totals match. */
function readingsOf(days: Iterable<Day>): ReadingTable {
  const byMeter = new Map<string, Day[]>();
  for (const day of days) {
    const key = `${day.register.nmi} ${day.startMs}`;
    const list = byMeter.get(key);
    if (list) list.push(day);
    else byMeter.set(key, [day]);
  }
  const readings = new ReadingTable();
  for (const list of byMeter.values()) {
    const minutes = Math.max(...list.map((day) => day.register.minutes));
    const count = DAY_MINUTES / minutes;
    const importWh = new Array<number>(count).fill(0);
    const exportWh = new Array<number>(count).fill(0);
    const quality = new Array<number>(count).fill(0);
    for (const day of list) {
      const into = day.register.suffix[0] === 'E' ? importWh : exportWh;
      const parts = day.values.length / count;
      wholeWh(day.values).forEach((wh, i) => {
        const at = Math.floor(i / parts);
        into[at] += wh;
        quality[at] = Math.max(quality[at], day.quality[i]);
      });
    }
    const meter = readings.meterIndex(list[0].register.nmi);
    for (let i = 0; i < count; i++) {
      const start = list[0].startMs + i * (DAY_MS / count);
      readings.add(meter, start, minutes * 60, importWh[i], exportWh[i], quality[i]);
    }
  }
  return readings;
}

/** Micro-watt-hours of a day as whole Wh whose sum is the day's sum, rounded once. */
function wholeWh(microWh: readonly number[]): number[] {
  let exact = 0n;
  let given = 0n;
  return microWh.map((value) => {
    exact += BigInt(value);
    const upTo = (exact * 2n + BigInt(MICRO)) / BigInt(2 * MICRO);
    const wh = Number(upTo - given);
    given = upTo;
    return wh;
  });
}
