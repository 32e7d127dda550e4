/** CSV in wide form: a column of instants, then one column a meter. Unit and direction are given beside it. */
import { isIntervalSeconds, type IntervalSeconds } from '../../schema/intervals.js';
import { isRecordId } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { MeterFileError } from './errors.js';
import { QUALITIES, ReadingTable, type MeterFile } from './readings.js';
import { eachRow, instantOf, scaledDecimal, sourceOf, textOf } from './table-text.js';

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

/** Figures are read as whole thousandths of a watt or watt-hour. */
const PLACES: Readonly<Record<WideOptions['unit'], number>> = { W: 3, kW: 6, Wh: 3, kWh: 6 };

export function readWideCsv(bytes: Uint8Array, options: WideOptions): MeterFile {
  const rows: { cells: string[]; line: number; start: number }[] = [];
  let header: string[] | undefined;
  eachRow(textOf(bytes), (cells, line) => {
    if (!header) {
      header = cells.map((cell) => cell.trim());
      const bad = header.findIndex((name, i) => i > 0 && (!isRecordId(name) || header?.indexOf(name) !== i));
      if (header.length < 2 || bad >= 0) {
        throw new MeterFileError(
          'a header of the time column and distinct meter ids is wanted',
          line,
          bad + 1,
        );
      }
      return;
    }
    if (cells.length !== header.length) throw new MeterFileError(`${header.length} cells are wanted`, line);
    rows.push({ cells, line, start: instantOf(cells[0], line, 1) });
  });
  if (!header || rows.length === 0) throw new MeterFileError('the file holds no reading');
  const seconds = options.durationSeconds ?? (rows.length > 1 ? (rows[1].start - rows[0].start) / 1000 : 0);
  if (!isIntervalSeconds(seconds)) {
    throw new MeterFileError('the interval must be 300, 900, 1800 or 3600 s', rows[0].line, 1);
  }
  const readings = new ReadingTable();
  const meters = header.slice(1).map((meter) => readings.meterIndex(meter));
  let before = -1;
  for (const { cells, line, start } of rows) {
    if (start <= before) throw new MeterFileError('instants must ascend', line, 1);
    if (start % (seconds * 1000) !== 0) throw new MeterFileError('the start is off the grid', line, 1);
    before = start;
    for (let c = 1; c < cells.length; c++) {
      if (cells[c].trim() === '') {
        readings.add(meters[c - 1], start, seconds, 0, 0, QUALITIES.indexOf('MISSING'));
        continue;
      }
      const wh = energyWh(
        scaledDecimal(cells[c], PLACES[options.unit], line, header[c]),
        options.unit,
        seconds,
      );
      if (wh < 0 && options.direction !== 'net')
        throw new MeterFileError('a figure ≥ 0 is wanted', line, header[c]);
      if (Math.abs(wh) > LIMITS.intervalWh) {
        throw new MeterFileError(`more than ${LIMITS.intervalWh} Wh in an interval`, line, header[c]);
      }
      const isExport = options.direction === 'export' || (options.direction === 'net' && wh < 0);
      readings.add(meters[c - 1], start, seconds, isExport ? 0 : wh, isExport ? Math.abs(wh) : 0, 0);
    }
  }
  return { readings, source: sourceOf(bytes), passedOver: {} };
}

/** Thousandths of W or Wh as whole Wh of an interval, rounded half away from zero. */
function energyWh(milli: number, unit: WideOptions['unit'], seconds: number): number {
  const isPower = unit === 'W' || unit === 'kW';
  const size = BigInt(Math.abs(milli)) * BigInt(isPower ? seconds : 3600);
  const wh = Number((size * 2n + 3_600_000n) / 7_200_000n);
  return milli < 0 ? 0 - wh : wh;
}
