/** CSV in long form: one reading a line, `meter,start,durationSeconds,importWh,exportWh,quality`. */
import { isIntervalSeconds } from '../../schema/intervals.js';
import { isRecordId } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { InstantReader } from './instants.js';
import { MeterFileError } from './errors.js';
import { QUALITIES, ReadingTable, type MeterFile } from './readings.js';
import { eachRow, type Row } from './row.js';
import { sourceOf, textOf } from './table-text.js';

export const LONG_HEADER = ['meter', 'start', 'durationSeconds', 'importWh', 'exportWh', 'quality'] as const;

export function readLongCsv(bytes: Uint8Array): MeterFile {
  const reader = new LongReader(LONG_HEADER, [0, 1, 2, 3, 4, 5]);
  let isHeader = true;
  eachRow(textOf(bytes), (row) => {
    if (isHeader) requireHeader(row, LONG_HEADER);
    else reader.reading(row);
    isHeader = false;
  });
  if (isHeader) throw new MeterFileError('the file is empty');
  reader.requireDistinct();
  return { readings: reader.readings, source: sourceOf(bytes), passedOver: {} };
}

export function requireHeader(row: Row, header: readonly string[]): void {
  const wrong = header.findIndex((name, i) => !row.is(i, name));
  if (wrong >= 0 || row.count !== header.length) {
    row.refuse(`the header must be ${header.join(',')}`, Math.max(wrong, 0) + 1);
  }
}

/** Which columns have meter, start, length in seconds, import, export and quality. */
type Places = readonly [number, number, number, number, number, number];

/** Reads a line a reading. */
export class LongReader {
  readonly readings = new ReadingTable();
  private readonly instants = new InstantReader();
  /** Line of each reading. */
  private readonly line: number[] = [];
  /** By meter: where its readings end so far, and whether each began where the one before had ended, or later. */
  private readonly end: number[] = [];
  private readonly ascends: boolean[] = [];
  private meter = -1;

  constructor(
    private readonly header: readonly string[],
    private readonly places: Places,
  ) {}

  reading(row: Row): void {
    const { readings, header, places } = this;
    if (row.count !== header.length) row.refuse(`${header.length} cells are wanted`);
    const [, ofStart, ofSeconds, ofImport, ofExport, ofQuality] = places;
    const meter = this.meterOf(row, places[0]);
    const start = this.instants.read(row, ofStart, header[ofStart]);
    const seconds = row.whole(ofSeconds, header[ofSeconds]);
    if (!isIntervalSeconds(seconds)) row.refuse('300, 900, 1800 or 3600 is wanted', header[ofSeconds]);
    if (start % (seconds * 1000) !== 0) row.refuse('the start is off the grid', header[ofStart]);
    if (start < this.end[meter]) this.ascends[meter] = false;
    this.end[meter] = start + seconds * 1000;
    this.line.push(row.line);
    readings.add(
      meter,
      start,
      seconds,
      energy(row, ofImport, header[ofImport]),
      energy(row, ofExport, header[ofExport]),
      qualityOf(row, ofQuality),
    );
  }

  /** No two readings of a meter may speak of the same time: neither would be the right one. */
  requireDistinct(): void {
    const { readings, line, ascends } = this;
    for (let meter = 0; meter < ascends.length; meter++) {
      if (ascends[meter]) continue;
      const rows = [...readings.rowsOf(meter)].sort((a, b) => readings.start[a] - readings.start[b] || a - b);
      for (let i = 1; i < rows.length; i++) {
        const before = rows[i - 1];
        const end = readings.start[before] + readings.durationSeconds[before] * 1000;
        if (readings.start[rows[i]] >= end) continue;
        throw new MeterFileError(
          'a second reading of one meter and time',
          Math.max(line[before], line[rows[i]]),
          'start',
        );
      }
    }
  }

  private meterOf(row: Row, place: number): number {
    const { meters } = this.readings;
    // Most lines speak of the meter of the line before.
    if (this.meter >= 0 && row.is(place, meters[this.meter])) return this.meter;
    const id = row.text(place);
    if (!isRecordId(id)) row.refuse('a meter id is wanted', 'meter');
    this.meter = this.readings.meterIndex(id);
    if (this.meter === this.end.length) {
      this.end.push(-Infinity);
      this.ascends.push(true);
    }
    return this.meter;
  }
}

function energy(row: Row, i: number, column: string): number {
  const wh = row.whole(i, column);
  if (wh > LIMITS.intervalWh) row.refuse(`more than ${LIMITS.intervalWh} Wh in an interval`, column);
  return wh;
}

function qualityOf(row: Row, place: number): number {
  for (let quality = 0; quality < QUALITIES.length; quality++) {
    if (row.is(place, QUALITIES[quality])) return quality;
  }
  return row.refuse(`one of ${QUALITIES.join(', ')} is wanted`, 'quality');
}
