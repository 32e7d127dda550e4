/**
 * CSV as `gridbook export readings` writes it: a line a revision of a reading. The last revision of each is what the
 * file says; the ones before it, and readings of other lanes than the one that is asked for, are passed over.
 */
import { MeterFileError } from './errors.js';
import { LongReader, requireHeader } from './long-csv.js';
import type { MeterFile } from './readings.js';
import { eachRow, type Row } from './row.js';
import { sourceOf, textOf } from './table-text.js';

export const EXPORTED_HEADER = [
  ...['lane', 'meter', 'start', 'duration_seconds', 'revision', 'import_wh', 'export_wh'],
  ...['quality', 'source'],
] as const;
const [LANE, METER, START, SECONDS, REVISION, IMPORT, EXPORT, QUALITY] = [0, 1, 2, 3, 4, 5, 6, 7];

export function readExportedCsv(bytes: Uint8Array, lane: string | undefined): MeterFile {
  const text = textOf(bytes);
  const isOfLane = (row: Row): boolean => lane === undefined || row.is(LANE, lane);
  const last = lastRevisions(text, isOfLane);
  const reader = new LongReader(EXPORTED_HEADER, [METER, START, SECONDS, IMPORT, EXPORT, QUALITY]);
  const passedOver: Record<string, number> = {};
  const passOver = (what: string): void => {
    passedOver[what] = (passedOver[what] ?? 0) + 1;
  };
  let isHeader = true;
  eachRow(text, (row) => {
    if (isHeader) isHeader = false;
    else if (!isOfLane(row)) passOver('readings of other lanes');
    else if (last.get(keyOf(row))?.line !== row.line) passOver('earlier revisions');
    else reader.reading(row);
  });
  reader.requireDistinct();
  return { readings: reader.readings, source: sourceOf(bytes), passedOver };
}

const keyOf = (row: Row): string => `${row.text(METER)} ${row.text(START)}`;

/** Which line has the last revision of each reading. */
function lastRevisions(
  text: string,
  isOfLane: (row: Row) => boolean,
): Map<string, { revision: number; line: number }> {
  const last = new Map<string, { revision: number; line: number }>();
  let isHeader = true;
  eachRow(text, (row) => {
    if (isHeader) {
      requireHeader(row, EXPORTED_HEADER);
      isHeader = false;
      return;
    }
    if (row.count !== EXPORTED_HEADER.length) row.refuse(`${EXPORTED_HEADER.length} cells are wanted`);
    if (!isOfLane(row)) return;
    const revision = row.whole(REVISION, EXPORTED_HEADER[REVISION]);
    const before = last.get(keyOf(row));
    if (before?.revision === revision) row.refuse('a revision that stands here already', 'revision');
    if (!before || before.revision < revision) last.set(keyOf(row), { revision, line: row.line });
  });
  if (isHeader) throw new MeterFileError('the file is empty');
  return last;
}
