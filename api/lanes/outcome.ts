/** What became of a command, as whoever gave it learns it. */
import type { ErrorCode } from '../../schema/errors.js';
import type { DecodedEvent } from '../../schema/read-event.js';

/** Where a transaction stands on the ledger. */
export interface TransactionPlace {
  readonly transactionId: string;
  readonly block: number;
  /** Position of the transaction in its block, from 0. */
  readonly index: number;
  /** Time of the transaction in ms since 1970. */
  readonly timeMs: number;
}

/** Where a command stands on the ledger. */
export interface CommandReceipt extends TransactionPlace {
  /** Position of the command in the transaction, from 0. */
  readonly commandIndex: number;
}

export interface CommandOutcome {
  readonly receipt: CommandReceipt;
  /** Whether the ledger had decided the same command before: this is its first outcome again (K1). */
  readonly replayed: boolean;
  /** Why it was refused; absent where it was applied. */
  readonly refusal?: { readonly code: ErrorCode; readonly field: string };
  /** Events of the command, decoded when they are asked for; none where it was refused. */
  readonly events: readonly DecodedEvent[];
}
