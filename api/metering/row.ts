/**
 * A line of a comma-separated file, its cells read where they lie. Making a string of each cell costs more than all
 * else that is done with one, so figures and instants are read from the text itself.
 */
import { parse } from 'csv-parse/sync';
import { MeterFileError } from './errors.js';

/** Name of a column, or its number from 1. */
export type Column = string | number;

/** Character codes. */
const [ZERO, NINE, COMMA, POINT, MINUS, SPACE, LINE_FEED] = [48, 57, 44, 46, 45, 32, 10];
const POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i);
/** Digits that a number surely holds exactly. */
const EXACT_DIGITS = 15;

export class Row {
  /** From 1. */
  line = 0;
  /** Number of cells. */
  count = 0;
  private source = '';
  private readonly from: number[] = [];
  private readonly to: number[] = [];

  /** Takes the cells of a line; they hold until the next one is taken. */
  take(text: string, from: number, to: number, line: number, isQuoted: boolean): void {
    this.line = line;
    if (isQuoted) this.takeQuoted(text.slice(from, to));
    else this.split(text, from, to, COMMA);
  }

  /** A cell's text without the space around it; empty where there is no such cell. */
  text(i: number): string {
    return i < this.count ? this.source.slice(this.from[i], this.to[i]) : '';
  }

  isEmpty(i: number): boolean {
    return i >= this.count || this.from[i] === this.to[i];
  }

  /** Whether a cell holds just this text. */
  is(i: number, text: string): boolean {
    return (
      i < this.count &&
      this.to[i] - this.from[i] === text.length &&
      this.source.startsWith(text, this.from[i])
    );
  }

  /** Code of a character of a cell; −1 beyond its end. */
  code(i: number, at: number): number {
    const place = i < this.count ? this.from[i] + at : -1;
    return place >= 0 && place < this.to[i] ? this.source.charCodeAt(place) : -1;
  }

  /** A whole number of so many digits within a cell; −1 where they are not all digits. */
  digits(i: number, at: number, count: number): number {
    const from = this.from[i] + at;
    if (i >= this.count || from + count > this.to[i]) return -1;
    const { source } = this;
    let value = 0;
    for (let d = from; d < from + count; d++) {
      const code = source.charCodeAt(d);
      if (code < ZERO || code > NINE) return -1;
      value = value * 10 + code - ZERO;
    }
    return value;
  }

  /** Refuses the file for a cell, or for the whole line. */
  refuse(reason: string, column?: Column): never {
    throw new MeterFileError(reason, this.line, column);
  }

  /** A whole number of at most 15 digits. */
  whole(i: number, column: Column = i + 1): number {
    const from = this.from[i];
    const length = i < this.count ? this.to[i] - from : 0;
    if (length === 0 || length > EXACT_DIGITS) this.refuse('a whole number ≥ 0 is wanted', column);
    let value = 0;
    for (let at = from; at < from + length; at++) {
      const code = this.source.charCodeAt(at);
      if (code < ZERO || code > NINE) this.refuse('a whole number ≥ 0 is wanted', column);
      value = value * 10 + code - ZERO;
    }
    return value;
  }

  /**
   * A decimal as a whole number of 10^-`places`; refused where it has more places than that, so that nothing is
   * rounded unseen.
   */
  decimal(i: number, places: number, column: Column = i + 1): number {
    if (i >= this.count) this.refuse('a decimal number is wanted', column);
    const { source } = this;
    const to = this.to[i];
    let at = this.from[i];
    const isNegative = source.charCodeAt(at) === MINUS;
    if (isNegative) at++;
    let digits = 0;
    let decimals = -1;
    let value = 0;
    for (; at < to; at++) {
      const code = source.charCodeAt(at);
      if (code >= ZERO && code <= NINE) {
        value = value * 10 + code - ZERO;
        digits++;
        if (decimals >= 0) decimals++;
      } else if (code === POINT && decimals < 0) decimals = 0;
      else this.refuse('a decimal number is wanted', column);
    }
    if (digits === 0) this.refuse('a decimal number is wanted', column);
    const scaled =
      digits <= EXACT_DIGITS && decimals <= places
        ? value * POWERS[places - Math.max(decimals, 0)]
        : this.longDecimal(i, places, column);
    if (scaled > Number.MAX_SAFE_INTEGER) this.refuse('the number is too large', column);
    return isNegative && scaled > 0 ? -scaled : scaled;
  }

  /** The size of a decimal of many digits, which may be noughts at either end. */
  private longDecimal(i: number, places: number, column: Column): number {
    const [whole, fraction = ''] = this.text(i).replace('-', '').split('.');
    const [head, tail] = [whole.replace(/^0+/, ''), fraction.replace(/0+$/, '')];
    if (tail.length > places) this.refuse(`more than ${places} decimals`, column);
    if (head.length > EXACT_DIGITS) this.refuse('the number is too large', column);
    return Number(BigInt(head + tail.padEnd(places, '0')));
  }

  /** Finds the cells between separators. */
  private split(text: string, from: number, to: number, separator: number): void {
    this.source = text;
    let cell = 0;
    let start = from;
    for (let at = from; at <= to; at++) {
      if (at < to && text.charCodeAt(at) !== separator) continue;
      let end = at;
      while (start < end && text.charCodeAt(start) <= SPACE) start++;
      while (end > start && text.charCodeAt(end - 1) <= SPACE) end--;
      this.from[cell] = start;
      this.to[cell++] = end;
      start = at + 1;
    }
    this.count = cell;
  }

  /** A line with quoted cells: they are taken apart, then lie behind one another as those of other lines do. */
  private takeQuoted(content: string): void {
    let cells: string[][];
    try {
      cells = parse(content, { relax_column_count: true });
    } catch (error) {
      throw Object.assign(new MeterFileError('a quoted cell is not of its form', this.line), {
        cause: error,
      });
    }
    // No line holds a line feed, so none of its cells does.
    const joined = (cells[0] ?? []).join('\n');
    this.split(joined, 0, joined.length, LINE_FEED);
  }
}

/** Calls back for each line that is not empty. The row is one and the same; its cells change from line to line. */
export function eachRow(text: string, take: (row: Row) => void): void {
  const row = new Row();
  let line = 0;
  /** Where the next quote is, so that the text is searched for quotes once. */
  let quote = nextQuote(text, 0);
  for (let from = 0; from < text.length;) {
    let to = text.indexOf('\n', from);
    if (to < 0) to = text.length;
    line++;
    let end = to;
    while (end > from && text.charCodeAt(end - 1) <= SPACE) end--;
    if (end > from) {
      if (quote < from) quote = nextQuote(text, from);
      row.take(text, from, end, line, quote < end);
      take(row);
    }
    from = to + 1;
  }
}

function nextQuote(text: string, from: number): number {
  const at = text.indexOf('"', from);
  return at < 0 ? Infinity : at;
}
