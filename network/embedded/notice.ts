/** What the ledger has to say while it opens and runs; the caller decides where it is shown. */
export type NoticeCode =
  /** An unfinished append was cut from the end of the block file; it had not been acknowledged. */
  | 'TAIL_CUT'
  /** The witness of the last acknowledged block was damaged and is written anew. */
  | 'TIP_REPLACED'
  /** The derived state was not usable and is built from the blocks. */
  | 'STATE_REBUILT'
  /** Progress of applying blocks to the state. */
  | 'STATE_REPLAYED'
  /** The disk refused a write; transactions are refused until it takes them again. */
  | 'DISK_REFUSES';

export interface Notice {
  readonly code: NoticeCode;
  readonly message: string;
  /** Progress, in blocks. */
  readonly done?: number;
  readonly total?: number;
}
