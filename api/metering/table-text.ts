/** Lines and cells of a comma-separated file. */
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { MeterFileError } from './errors.js';

/** Largest file, in bytes, as it stands and as it comes out of an archive. */
export const FILE_BYTES = 256 * 1024 * 1024;

/** SHA-256 of a file's bytes, shortened to a record id. */
export const sourceOf = (...files: readonly Uint8Array[]): string => {
  const digest = createHash('sha256');
  for (const bytes of files) digest.update(bytes);
  return `sha256-${digest.digest('hex').slice(0, 32)}`;
};

/** The file's text; refused where it is too large or no UTF-8. A byte order mark is passed over. */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length > FILE_BYTES) throw new MeterFileError(`the file is larger than ${FILE_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw Object.assign(new MeterFileError('the file is not UTF-8 text'), { cause: error });
  }
}

/** Calls back for each line that is not empty, with its number from 1 and its cells. */
export function eachRow(text: string, row: (cells: string[], line: number) => void): void {
  let line = 0;
  for (let from = 0; from < text.length;) {
    let to = text.indexOf('\n', from);
    if (to < 0) to = text.length;
    const end = to > from && text.charCodeAt(to - 1) === 13 ? to - 1 : to;
    const content = text.slice(from, end);
    line++;
    from = to + 1;
    if (content.trim() !== '') row(cellsOf(content, line), line);
  }
}

function cellsOf(content: string, line: number): string[] {
  if (!content.includes('"')) return content.split(',');
  try {
    return (parse(content, { relax_column_count: true }) as string[][])[0];
  } catch (error) {
    throw Object.assign(new MeterFileError('a quoted cell is not closed', line), { cause: error });
  }
}

const INTEGER = /^\d{1,15}$/;

/** A whole number of at most 15 digits. */
export function wholeNumber(cell: string | undefined, line: number, column: string | number): number {
  const text = cell?.trim() ?? '';
  if (!INTEGER.test(text)) throw new MeterFileError('a whole number ≥ 0 is wanted', line, column);
  return Number(text);
}

const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{0,12}))?$|^(-?)\.(\d{1,12})$/;

/**
 * A decimal as a whole number of 10^-`places`; refused where it has more places than that, so that nothing is
 * rounded unseen.
 */
export function scaledDecimal(
  cell: string | undefined,
  places: number,
  line: number,
  column: string | number,
): number {
  const text = cell?.trim() ?? '';
  const match = DECIMAL.exec(text);
  if (!match) throw new MeterFileError('a decimal number is wanted', line, column);
  const sign = match[1] === '-' || match[4] === '-' ? -1 : 1;
  const fraction = (match[3] ?? match[5] ?? '').replace(/0+$/, '');
  if (fraction.length > places) throw new MeterFileError(`more than ${places} decimals`, line, column);
  const scaled = Number(match[2] ?? '0') * 10 ** places + Number(fraction.padEnd(places, '0') || '0');
  if (!Number.isSafeInteger(scaled)) throw new MeterFileError('the number is too large', line, column);
  return scaled === 0 ? 0 : sign * scaled;
}

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.000)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** An ISO 8601 instant with its offset, or seconds since 1970; in ms. */
export function instantOf(cell: string | undefined, line: number, column: string | number): number {
  const text = cell?.trim() ?? '';
  if (INTEGER.test(text)) return Number(text) * 1000;
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new MeterFileError(
      'an instant with its offset is wanted, such as 2025-06-01T00:15:00Z',
      line,
      column,
    );
  }
  return at;
}
