/**
 * Readings on a network's grid. Shorter intervals are summed, all of them or none; longer ones are split evenly – the
 * profile FLAT –, which makes them SUBSTITUTED at best.
 */
import { QUALITIES, type ReadingTable } from './readings.js';

export interface GridReading {
  /** ms since 1970. */
  readonly start: number;
  readonly importWh: number;
  readonly exportWh: number;
  /** Index in QUALITIES. */
  readonly quality: number;
  /** Whether readings cover the whole interval. */
  readonly isCovered: boolean;
}

const SUBSTITUTED = QUALITIES.indexOf('SUBSTITUTED');

interface Sum {
  importWh: number;
  exportWh: number;
  quality: number;
  seconds: number;
}

/** The readings of one meter on a grid, ascending. */
export function onGrid(readings: ReadingTable, meterId: string, seconds: number): GridReading[] {
  const meter = readings.meterIndex(meterId);
  const sums = new Map<number, Sum>();
  const add = (at: number, importWh: number, exportWh: number, quality: number, length: number): void => {
    const start = Math.floor(at / (seconds * 1000)) * seconds * 1000;
    const sum = sums.get(start) ?? { importWh: 0, exportWh: 0, quality: 0, seconds: 0 };
    sum.importWh += importWh;
    sum.exportWh += exportWh;
    sum.quality = Math.max(sum.quality, quality);
    sum.seconds += length;
    sums.set(start, sum);
  };
  for (const i of readings.rowsOf(meter)) {
    const parts = Math.max(1, readings.durationSeconds[i] / seconds);
    const quality = parts > 1 ? Math.max(readings.quality[i], SUBSTITUTED) : readings.quality[i];
    const importWh = evenly(readings.importWh[i], parts);
    const exportWh = evenly(readings.exportWh[i], parts);
    const length = readings.durationSeconds[i] / parts;
    for (let p = 0; p < parts; p++) {
      add(readings.start[i] + p * seconds * 1000, importWh(p), exportWh(p), quality, length);
    }
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([start, sum]) => ({
      start,
      importWh: sum.importWh,
      exportWh: sum.exportWh,
      quality: sum.quality,
      isCovered: sum.seconds === seconds,
    }));
}

/** Part `p` of a whole number split evenly; the parts sum to it. */
function evenly(whole: number, parts: number): (p: number) => number {
  const upTo = (p: number): number => Math.floor((whole * p) / parts);
  return (p) => upTo(p + 1) - upTo(p);
}
