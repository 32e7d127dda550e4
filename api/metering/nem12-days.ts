/** From days of registers to readings of meters: registers are summed, parts of a Wh carried through the day. */
import { ReadingTable } from './readings.js';

export const DAY_MINUTES = 1440;
const DAY_MS = 86_400_000;
export const MICRO = 1_000_000;

export interface Register {
  readonly nmi: string;
  /** E1, B1, Q1 …: what it measures, and its number. */
  readonly suffix: string;
  readonly minutes: number;
  /** Decimal places that make whole micro-watt-hours; undefined where it measures no active energy. */
  readonly places: number | undefined;
  /** Suffixes of the active registers that the meter has, as the file says. */
  readonly configured: readonly string[];
}

/** A day of one register. */
export interface Day {
  readonly register: Register;
  readonly startMs: number;
  /** When the record was made, YYYYMMDDhhmmss. */
  readonly updated: string;
  /** Micro-watt-hours by interval. */
  readonly values: readonly number[];
  /** Index in QUALITIES by interval. */
  readonly quality: number[];
  /** Intervals without a value. */
  readonly empty: readonly number[];
  readonly line: number;
}

export function readingsOf(days: Iterable<Day>): ReadingTable {
  const byMeter = new Map<string, Day[]>();
  for (const day of days) {
    const key = `${day.register.nmi} ${day.startMs}`;
    const list = byMeter.get(key);
    if (list) list.push(day);
    else byMeter.set(key, [day]);
  }
  const readings = new ReadingTable();
  for (const list of byMeter.values()) addDay(readings, list);
  return readings;
}

/** Adds the readings of one meter and day, in the longest of its registers' intervals. */
function addDay(readings: ReadingTable, days: readonly Day[]): void {
  const minutes = Math.max(...days.map((day) => day.register.minutes));
  const count = DAY_MINUTES / minutes;
  const importWh = new Array<number>(count).fill(0);
  const exportWh = new Array<number>(count).fill(0);
  const quality = new Array<number>(count).fill(0);
  for (const day of days) {
    const into = day.register.suffix[0] === 'E' ? importWh : exportWh;
    addWholeWh(into, day.values);
    const parts = day.values.length / count;
    day.quality.forEach((of, i) => {
      const at = Math.floor(i / parts);
      if (of > quality[at]) quality[at] = of;
    });
  }
  const meter = readings.meterIndex(days[0].register.nmi);
  const absent = absentOf(days);
  for (let i = 0; i < count; i++) {
    if (absent) readings.incomplete.set(readings.length, absent);
    const start = days[0].startMs + i * (DAY_MS / count);
    readings.add(meter, start, minutes * 60, importWh[i], exportWh[i], quality[i]);
  }
}

/**
 * Adds micro-watt-hours as whole Wh whose sum is the day's sum, rounded half up once: what an interval is off is
 * carried to the next one.
 */
function addWholeWh(into: number[], values: readonly number[]): void {
  const parts = values.length / into.length;
  /** What is due so far and was not given, in micro-watt-hours, from −½ to ½ Wh; plus ½ Wh. */
  let due = MICRO / 2;
  for (let i = 0; i < values.length; i++) {
    due += values[i];
    const rest = due % MICRO;
    into[Math.floor(i / parts)] += (due - rest) / MICRO;
    due = rest;
  }
}

/** Which figures of a day lack a register that the meter had on that day. */
function absentOf(days: readonly Day[]): { import: boolean; export: boolean } | undefined {
  const present = new Set(days.map((day) => day.register.suffix));
  const absent = days.flatMap((day) => day.register.configured.filter((suffix) => !present.has(suffix)));
  if (absent.length === 0) return undefined;
  return {
    import: absent.some((suffix) => suffix[0] === 'E'),
    export: absent.some((suffix) => suffix[0] === 'B'),
  };
}
