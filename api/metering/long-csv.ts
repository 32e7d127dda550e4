/** CSV in long form: one reading a line, `meter,start,durationSeconds,importWh,exportWh,quality`. */
import { isIntervalSeconds } from '../../schema/intervals.js';
import { isRecordId } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import type { ReadingQuality } from '../../schema/trade/metering.js';
import { MeterFileError } from './errors.js';
import { QUALITIES, ReadingTable, type MeterFile } from './readings.js';
import { eachRow, instantOf, sourceOf, textOf, wholeNumber } from './table-text.js';

export const LONG_HEADER = ['meter', 'start', 'durationSeconds', 'importWh', 'exportWh', 'quality'] as const;

export function readLongCsv(bytes: Uint8Array): MeterFile {
  const readings = new ReadingTable();
  const seen = new Set<string>();
  let isHeader = true;
  eachRow(textOf(bytes), (cells, line) => {
    if (isHeader) {
      isHeader = false;
      const wrong = LONG_HEADER.findIndex((name, i) => cells[i]?.trim() !== name);
      if (wrong >= 0 || cells.length !== LONG_HEADER.length) {
        throw new MeterFileError(`the header must be ${LONG_HEADER.join(',')}`, line, Math.max(wrong, 0) + 1);
      }
      return;
    }
    if (cells.length !== LONG_HEADER.length)
      throw new MeterFileError(`${LONG_HEADER.length} cells are wanted`, line);
    const meter = cells[0].trim();
    if (!isRecordId(meter)) throw new MeterFileError('a meter id is wanted', line, 'meter');
    const start = instantOf(cells[1], line, 'start');
    const seconds = wholeNumber(cells[2], line, 'durationSeconds');
    if (!isIntervalSeconds(seconds)) {
      throw new MeterFileError('300, 900, 1800 or 3600 is wanted', line, 'durationSeconds');
    }
    if (start % (seconds * 1000) !== 0) throw new MeterFileError('the start is off the grid', line, 'start');
    const key = `${meter} ${start}`;
    if (seen.has(key)) throw new MeterFileError('a second reading of one meter and start', line, 'start');
    seen.add(key);
    const quality = QUALITIES.indexOf(cells[5].trim() as ReadingQuality);
    if (quality < 0) throw new MeterFileError(`one of ${QUALITIES.join(', ')} is wanted`, line, 'quality');
    readings.add(
      readings.meterIndex(meter),
      start,
      seconds,
      energy(cells[3], line, 'importWh'),
      energy(cells[4], line, 'exportWh'),
      quality,
    );
  });
  if (isHeader) throw new MeterFileError('the file is empty');
  return { readings, source: sourceOf(bytes), passedOver: {} };
}

function energy(cell: string, line: number, column: string): number {
  const wh = wholeNumber(cell, line, column);
  if (wh > LIMITS.intervalWh)
    throw new MeterFileError(`more than ${LIMITS.intervalWh} Wh in an interval`, line, column);
  return wh;
}
