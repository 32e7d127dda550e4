/** CSV in wide form: a column of instants, then one column a meter. Unit and direction are given beside it. */
import { isIntervalSeconds, type IntervalSeconds } from '../../schema/intervals.js';
import { isRecordId } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { InstantReader } from './instants.js';
import { MeterFileError } from './errors.js';
import { QUALITIES, ReadingTable, type MeterFile } from './readings.js';
import { eachRow, type Row } from './row.js';
import { sourceOf, textOf } from './table-text.js';

export const WIDE_UNITS = ['W', 'kW', 'Wh', 'kWh'] as const;
export const DIRECTIONS = ['import', 'export', 'net'] as const;

export interface WideOptions {
  /** W and kW are average power over the interval. */
  readonly unit: (typeof WIDE_UNITS)[number];
  /** net: positive is import, negative is export. */
  readonly direction: (typeof DIRECTIONS)[number];
  /** Length of the intervals; by default the distance of the first two instants. */
  readonly durationSeconds?: IntervalSeconds;
}

/** Figures are read as whole millionths of a watt or watt-hour. */
const MICRO_PLACES: Readonly<Record<WideOptions['unit'], number>> = { W: 6, kW: 9, Wh: 6, kWh: 9 };
const MICRO = 1_000_000;

/** A line of figures in millionths; NaN where the cell is empty. */
interface Line {
  readonly line: number;
  readonly start: number;
  readonly micro: readonly number[];
}

export function readWideCsv(bytes: Uint8Array, options: WideOptions): MeterFile {
  const { meters, lines } = linesOf(textOf(bytes), options);
  if (lines.length === 0) throw new MeterFileError('the file has no readings');
  const seconds =
    options.durationSeconds ?? (lines.length > 1 ? (lines[1].start - lines[0].start) / 1000 : 0);
  if (!isIntervalSeconds(seconds)) {
    throw new MeterFileError('the interval must be 300, 900, 1800 or 3600 s', lines[0].line, 1);
  }
  const isPower = options.unit === 'W' || options.unit === 'kW';
  const perWh = MICRO * (isPower ? 3600 / seconds : 1);
  const missing = QUALITIES.indexOf('MISSING');
  const readings = new ReadingTable();
  for (const meter of meters) readings.meterIndex(meter);
  let end = -Infinity;
  for (const { line, start, micro } of lines) {
    if (start < end) throw new MeterFileError('instants must ascend, an interval or more apart', line, 1);
    if (start % (seconds * 1000) !== 0) throw new MeterFileError('the start is off the grid', line, 1);
    end = start + seconds * 1000;
    for (let m = 0; m < micro.length; m++) {
      if (Number.isNaN(micro[m])) {
        readings.add(m, start, seconds, 0, 0, missing);
        continue;
      }
      const wh = wholeWh(Math.abs(micro[m]), perWh);
      if (wh > LIMITS.intervalWh) {
        throw new MeterFileError(`more than ${LIMITS.intervalWh} Wh in an interval`, line, meters[m]);
      }
      const isExport = options.direction === 'export' || micro[m] < 0;
      readings.add(m, start, seconds, isExport ? 0 : wh, isExport ? wh : 0, 0);
    }
  }
  return { readings, source: sourceOf(bytes), passedOver: {} };
}

function linesOf(text: string, { unit, direction }: WideOptions): { meters: string[]; lines: Line[] } {
  const instants = new InstantReader();
  const lines: Line[] = [];
  let meters: string[] | undefined;
  eachRow(text, (row) => {
    if (!meters) {
      meters = metersOf(row);
      return;
    }
    if (row.count !== meters.length + 1) row.refuse(`${meters.length + 1} cells are wanted`);
    const start = instants.read(row, 0);
    const micro = new Array<number>(meters.length);
    for (let m = 0; m < meters.length; m++) {
      micro[m] = row.isEmpty(m + 1) ? NaN : row.decimal(m + 1, MICRO_PLACES[unit], meters[m]);
      if (micro[m] < 0 && direction !== 'net') row.refuse('a figure ≥ 0 is wanted', meters[m]);
    }
    lines.push({ line: row.line, start, micro });
  });
  return { meters: meters ?? [], lines };
}

function metersOf(row: Row): string[] {
  const meters = Array.from({ length: row.count - 1 }, (_, m) => row.text(m + 1));
  const seen = new Set<string>();
  const bad = meters.findIndex((meter) => !isRecordId(meter) || seen.size === seen.add(meter).size);
  if (meters.length === 0 || bad >= 0) {
    row.refuse('a header of the time column and distinct meter ids is wanted', bad + 2);
  }
  return meters;
}

/** Whole Wh, rounded half up; exact, as nothing here leaves the safe integers. */
function wholeWh(micro: number, perWh: number): number {
  const rest = micro % perWh;
  return (micro - rest) / perWh + (rest * 2 >= perWh ? 1 : 0);
}
