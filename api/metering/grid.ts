/**
 * Readings on a network's grid. Shorter intervals are summed, all of them or none; longer ones are split evenly – the
 * profile FLAT –, which makes them SUBSTITUTED at best.
 */
import { QUALITIES, type Incomplete, type ReadingTable } from './readings.js';

export interface GridReading {
  /** ms since 1970. */
  readonly start: number;
  readonly importWh: number;
  readonly exportWh: number;
  /** Index in QUALITIES. */
  readonly quality: number;
  /** Whether readings cover the whole interval. */
  readonly isCovered: boolean;
  /** Which figures lack a register of the meter; absent where none does. */
  readonly incomplete?: Incomplete;
}

export const SUBSTITUTED = QUALITIES.indexOf('SUBSTITUTED');
export const MISSING = QUALITIES.indexOf('MISSING');

interface Sum {
  importWh: number;
  exportWh: number;
  quality: number;
  seconds: number;
  incomplete: Incomplete | undefined;
}

/** The readings of one meter on a grid, ascending. */
export function onGrid(readings: ReadingTable, meterId: string, seconds: number): GridReading[] {
  const sums = new Map<number, Sum>();
  const length = seconds * 1000;
  const sumAt = (at: number): Sum => {
    const start = at - (at % length);
    let sum = sums.get(start);
    if (!sum) {
      sum = { importWh: 0, exportWh: 0, quality: 0, seconds: 0, incomplete: undefined };
      sums.set(start, sum);
    }
    return sum;
  };
  for (const i of readings.rowsOf(readings.meterIndex(meterId))) {
    const parts = Math.max(1, readings.durationSeconds[i] / seconds);
    const quality = parts > 1 ? Math.max(readings.quality[i], SUBSTITUTED) : readings.quality[i];
    for (let p = 0; p < parts; p++) {
      const sum = sumAt(readings.start[i] + p * length);
      sum.importWh += part(readings.importWh[i], p, parts);
      sum.exportWh += part(readings.exportWh[i], p, parts);
      sum.quality = Math.max(sum.quality, quality);
      sum.seconds += readings.durationSeconds[i] / parts;
      sum.incomplete = either(sum.incomplete, readings.incomplete.get(i));
    }
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([start, { seconds: covered, incomplete, ...sum }]) => ({
      start,
      ...sum,
      isCovered: covered === seconds,
      ...(incomplete ? { incomplete } : {}),
    }));
}

/** Part `p` of a whole number split evenly; the parts sum to it. */
const part = (whole: number, p: number, parts: number): number =>
  Math.floor((whole * (p + 1)) / parts) - Math.floor((whole * p) / parts);

const either = (a: Incomplete | undefined, b: Incomplete | undefined): Incomplete | undefined =>
  a && b ? { import: a.import || b.import, export: a.export || b.export } : (a ?? b);
