/** What can be wrong with a ledger's files. Each is refused by its name; none is opened half. */

/** Where in the block file something is wrong, as far as it is known. */
export interface Place {
  readonly block?: number;
  /** Position of the transaction in its block. */
  readonly transaction?: number;
  /** State key. */
  readonly key?: string;
}

/** Any defect of the files; `name` says which. */
export class LedgerFileError extends Error {
  constructor(
    message: string,
    readonly place: Place = {},
    options?: ErrorOptions,
  ) {
    super(`${message}${describe(place)}`, options);
    this.name = new.target.name;
  }
}

/** Another process, or another ledger of this process, has the folder open. */
export class LedgerLockedError extends LedgerFileError {}

/** The block file holds bytes that were never written so: it is refused, and a backup has to replace it. */
export class LedgerCorruptError extends LedgerFileError {}

/** Blocks that had been acknowledged are missing from the end of the block file. */
export class LedgerTruncatedError extends LedgerFileError {}

/** The files are of a format that this version does not know. */
export class LedgerFormatError extends LedgerFileError {}

/** A key or certificate that the block file relies on is missing or is another one. */
export class LedgerIdentityError extends LedgerFileError {}

/** The derived state cannot be read or written; it is rebuilt from the block file at the next open. */
export class StateStoreError extends LedgerFileError {}

/** Re-verification found a difference; `place` names the first one. */
export class LedgerVerificationError extends LedgerFileError {}

/** A backup or a restore would write over what is there. */
export class BackupTargetError extends LedgerFileError {}

function describe(place: Place): string {
  const parts = [
    place.block === undefined ? '' : `block ${place.block}`,
    place.transaction === undefined ? '' : `transaction ${place.transaction}`,
    place.key === undefined ? '' : `key ${JSON.stringify(place.key)}`,
  ].filter(Boolean);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
