/** The number that every value of the state begins with (K9). */
import { LedgerFormatError, type Place } from './errors.js';

/** Enough for `[`, the number and the comma after it. */
const HEAD_BYTES = 12;

/** Format number of a value; undefined where it bears none. */
export function formatOf(value: Uint8Array): number | undefined {
  const head = Buffer.from(value.buffer, value.byteOffset, Math.min(HEAD_BYTES, value.byteLength));
  const number = /^\[(\d+)[,\]]/.exec(head.toString('latin1'))?.[1];
  return number === undefined ? undefined : Number(number);
}

export const otherFormat = (format: number, known: number, place?: Place): LedgerFormatError =>
  new LedgerFormatError(
    `its state is of format ${format}, and this version of Gridbook reads format ${known}; ` +
      'the version that wrote it reads it, and `gridbook start --fresh` begins anew beside it',
    place,
  );
