/** What can go wrong with the read model itself. All of it can be mended by rebuilding it from the ledger. */

/** SQLSTATE of a statement that was ended because its time was over. */
const QUERY_CANCELED = '57014';

/** Whether an error is that of a statement that took longer than a reader's may. */
export const isTimedOut = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: unknown }).code === QUERY_CANCELED;

/** The database's folder cannot be opened. */
export class ReadModelUnreadableError extends Error {
  constructor(
    readonly directory: string,
    options: ErrorOptions,
  ) {
    super('the read model cannot be opened; `gridbook rebuild` makes it anew from the ledger', options);
    this.name = 'ReadModelUnreadableError';
  }
}

/** The database was made by a newer version of Gridbook. */
export class ReadModelTooNewError extends Error {
  constructor(
    readonly found: number,
    readonly known: number,
  ) {
    super(
      `the read model has schema ${found}, this version knows ${known}: use a newer Gridbook, or rebuild`,
    );
    this.name = 'ReadModelTooNewError';
  }
}

/** The checkpoint tells of another ledger, or of blocks that this ledger does not have. */
export class CheckpointMismatchError extends Error {
  constructor(
    readonly reason: 'OTHER_LEDGER' | 'AHEAD_OF_LEDGER' | 'OTHER_BLOCK',
    readonly height: number,
  ) {
    const why = {
      OTHER_LEDGER: 'it was made from another ledger',
      AHEAD_OF_LEDGER: 'it holds more blocks than the ledger',
      OTHER_BLOCK: 'its last block is not the one of that number in the ledger',
    }[reason];
    super(
      `the read model at height ${height} does not fit the ledger: ${why}; rebuild it (\`gridbook rebuild\`)`,
    );
    this.name = 'CheckpointMismatchError';
  }
}

/** Another process has moved the checkpoint: two projectors write to one database. */
export class CheckpointMovedError extends Error {
  constructor(readonly expectedHeight: number) {
    super(
      `the read model is no longer at height ${expectedHeight}: another process projects into the same database`,
    );
    this.name = 'CheckpointMovedError';
  }
}

/** Blocks do not follow one another. */
export class BlockOrderError extends Error {
  constructor(
    readonly expected: number,
    readonly found: number,
  ) {
    super(`block ${expected} was expected and block ${found} came, or it does not follow the one before it`);
    this.name = 'BlockOrderError';
  }
}

/** Balances derived from postings differ from what the ledger committed (K6). */
export class ProjectionMismatchError extends Error {
  constructor(
    readonly block: number,
    readonly transaction: number,
    readonly lane: string,
    readonly page: number,
    detail = 'derived balances differ from the committed page',
  ) {
    super(`block ${block}, transaction ${transaction}, lane ${lane}, account page ${page}: ${detail}`);
    this.name = 'ProjectionMismatchError';
  }
}

/** A transaction holds what this version cannot read. */
export class ProjectionFormatError extends Error {
  constructor(
    readonly block: number,
    readonly transaction: number,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`block ${block}, transaction ${transaction}: ${detail}`, options);
    this.name = 'ProjectionFormatError';
  }
}
