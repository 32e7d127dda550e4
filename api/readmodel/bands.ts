/**
 * Rows of neighbouring connections share a row of the database, with an array a column (migration 6): a row for each
 * reading and position would cost the most of all that an interval writes.
 */
import type { Json } from '../../schema/canonical.js';
import { cell } from '../../schema/fields.js';

/** Connections of so many numbers share a row; part of the schema, `connection / 32` there. */
const PER_BAND = 32;
export const bandOf = (connection: number): number => Math.floor(connection / PER_BAND);

/** Rows [from, to) of a table in columns, all of one band. */
export interface BandRows {
  readonly band: number;
  readonly from: number;
  readonly to: number;
}

/** The rows of a table, as few stretches as there are changes of band. */
export function bandsOf(connections: Json, count: number): BandRows[] {
  const bands: BandRows[] = [];
  for (let from = 0, to = 0; from < count; from = to) {
    const band = bandOf(cell(connections, from) as number);
    do to++;
    while (to < count && bandOf(cell(connections, to) as number) === band);
    bands.push({ band, from, to });
  }
  return bands;
}

/** An array as PostgreSQL reads it; its elements are numbers or plain words. */
export const arrayText = (values: readonly (number | string)[]): string => `{${values.join(',')}}`;

/** Numbers of a column as an array; null where all are 0. */
export function numbersText(column: Json, { from, to }: BandRows): string | null {
  if (!Array.isArray(column)) {
    return column === 0 ? null : arrayText(new Array<number>(to - from).fill(column as number));
  }
  const values = column.slice(from, to) as number[];
  return values.every((value) => value === 0) ? null : arrayText(values);
}
