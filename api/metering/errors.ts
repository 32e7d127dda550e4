/** A meter file that cannot be read is refused whole: nothing of it reaches the ledger. */
export class MeterFileError extends Error {
  constructor(
    readonly reason: string,
    /** From 1; undefined where the whole file is meant. */
    readonly line?: number,
    /** Name or number of the column, from 1. */
    readonly column?: string | number,
  ) {
    const place =
      line === undefined ? '' : `line ${line}${column === undefined ? '' : `, column ${column}`}: `;
    super(`${place}${reason}`);
    this.name = 'MeterFileError';
  }
}
