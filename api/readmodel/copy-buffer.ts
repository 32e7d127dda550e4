/** Rows on their way into one table, in the text form of PostgreSQL's COPY. */

/** A value of a row; text is escaped, null is written as \N. */
export type CopyValue = string | number | boolean | null;

const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export class CopyBuffer {
  private text = '';
  private count = 0;
  readonly sql: string;

  constructor(
    readonly table: string,
    columns: readonly string[],
  ) {
    this.sql = `copy ${table} (${columns.join(', ')}) from stdin`;
  }

  get rows(): number {
    return this.count;
  }

  get characters(): number {
    return this.text.length;
  }

  add(...values: readonly CopyValue[]): void {
    let line = '';
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (i > 0) line += '\t';
      if (typeof value === 'number') line += value;
      else if (value === null) line += '\\N';
      else if (typeof value === 'boolean') line += value ? 't' : 'f';
      else line += SPECIAL.test(value) ? value.replace(EACH_SPECIAL, (c) => ESCAPED[c]) : value;
    }
    this.text += `${line}\n`;
    this.count++;
  }

  /** Hands over what was added and begins anew. */
  take(): Uint8Array {
    const bytes = Buffer.from(this.text);
    this.text = '';
    this.count = 0;
    return bytes;
  }
}
