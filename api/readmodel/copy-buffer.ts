/** Rows on their way into one table, in the text form of PostgreSQL's COPY. */

/** A value of a row; text is escaped, null is written as \N. */
export type CopyValue = string | number | boolean | null;

const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export class CopyBuffer {
  private lines: string[] = [];
  private size = 0;
  readonly sql: string;

  constructor(
    readonly table: string,
    columns: readonly string[],
  ) {
    this.sql = `copy ${table} (${columns.join(', ')}) from stdin`;
  }

  get rows(): number {
    return this.lines.length;
  }

  get characters(): number {
    return this.size;
  }

  /** Adds a row; the array is the buffer's from then on. */
  add(values: CopyValue[]): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value === 'number') continue;
      if (value === null) values[i] = '\\N';
      else if (typeof value === 'boolean') values[i] = value ? 't' : 'f';
      else if (SPECIAL.test(value)) values[i] = value.replace(EACH_SPECIAL, (c) => ESCAPED[c]);
    }
    const line = values.join('\t');
    this.lines.push(line);
    this.size += line.length + 1;
  }

  /** Hands over what was added and begins anew. */
  take(): Uint8Array {
    this.lines.push('');
    const bytes = Buffer.from(this.lines.join('\n'));
    this.lines = [];
    this.size = 0;
    return bytes;
  }
}
