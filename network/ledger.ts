/**
 * The one port behind which an engine stands. The gateway, the projector and the scenarios know only this.
 */
import { GridbookError } from '../schema/errors.js';
import type { Instant } from '../schema/units.js';

/** Who signs a transaction: a client identity of an organisation, with the role on its certificate. */
export interface IdentityRef {
  /** Membership service provider id of the organisation. */
  readonly organisation: string;
  /** Role attribute of the certificate. */
  readonly role: string;
}

/** A transaction to be committed: one batch of commands for one lane, signed by one identity. */
export interface TransactionRequest {
  readonly lane: string;
  readonly identity: IdentityRef;
  /** The encoded batch (schema/command.ts). */
  readonly args: Uint8Array;
}

/** Where a committed transaction is found. */
export interface Receipt {
  readonly transactionId: string;
  readonly block: number;
  /** Position in the block, from 0. */
  readonly index: number;
  /** Time of the transaction, set by its client. */
  readonly time: Instant;
}

export interface CommittedTransaction extends Receipt {
  readonly organisation: string;
  readonly role: string;
  readonly lane: string;
  readonly args: Uint8Array;
  /** The transaction's one event (kernel/event.ts); empty where it was not valid. */
  readonly event: Uint8Array;
  /** Whether it passed validation; an invalid one stands in its block and changes nothing. */
  readonly valid: boolean;
  /** Whether another ledger recorded it before: its time is that of then (K11). Absent where an engine knows no history. */
  readonly isRecorded?: boolean;
}

export interface CommittedBlock {
  readonly number: number;
  /** SHA-256 of the block header's DER form. */
  readonly headerHash: Uint8Array;
  readonly previousHash: Uint8Array;
  readonly dataHash: Uint8Array;
  /** Bytes of the block as it is stored. */
  readonly size: number;
  readonly transactions: readonly CommittedTransaction[];
}

/** A batch on its way to a signature that is made elsewhere: first as a proposal, then as an endorsed transaction. */
export interface Prepared {
  /** What is signed, byte for byte: by ECDSA on P-256 over their SHA-256. */
  readonly bytes: Uint8Array;
  readonly transactionId: string;
  /** Whose certificate stands in the bytes. */
  readonly signer: IdentityRef;
  /** When it was prepared, as the bytes say; `LIMITS.preparationMs` later nothing is done with it any more. */
  readonly time: Instant;
  /** The encoded batch. */
  readonly args: Uint8Array;
}

/** The lane holds something else than when the batch was endorsed; a proposal of the same batch waits to be signed. */
export class StalePreparationError extends GridbookError {
  constructor(readonly fresh: Prepared) {
    super('STALE_PREPARATION');
    this.name = 'StalePreparationError';
  }
}

/**
 * Transactions of organisations that keep their key: what is signed goes to them and comes back with a signature.
 * Nothing is kept between the calls, as all that is needed stands in the bytes.
 */
export interface OfflineSigning {
  /** Organisations that sign for themselves: `Ledger.submit` refuses them with SIGNS_ITSELF. */
  readonly organisations: ReadonlySet<string>;
  /** The proposal of a batch, to be signed; refused with CERTIFICATE_REFUSED. */
  prepare(signer: IdentityRef, certificatePem: string, args: Uint8Array): Prepared;
  /** Reads a proposal; refused with PREPARATION_REFUSED where it is not one that `prepare` would make. */
  proposalIn(bytes: Uint8Array): Prepared;
  /** Reads an endorsed transaction; refused with PREPARATION_REFUSED where it is not the one of its proposal. */
  transactionIn(bytes: Uint8Array): Prepared;
  /**
   * Has a signed proposal (its signature in DER) endorsed, and answers the transaction, to be signed. Refused with
   * SIGNATURE_REFUSED, PREPARATION_EXPIRED, PREPARATION_USED, CERTIFICATE_REFUSED, a `StalePreparationError`, or as
   * `Ledger.submit` is.
   */
  endorse(proposal: Prepared, signature: Uint8Array): Promise<Prepared>;
  /**
   * Commits a signed transaction. One that is committed already is answered again, however old. Refused like
   * `endorse`.
   */
  submit(transaction: Prepared, signature: Uint8Array): Promise<CommittedTransaction>;
}

export interface Ledger {
  readonly engine: 'embedded' | 'fabric';
  /** Absent where nobody signs elsewhere. */
  readonly offline?: OfflineSigning;
  /**
   * Commits one transaction and answers when it is durable. Refuses with a `GridbookError`: MVCC_CONFLICT, OVERLOADED
   * and LEDGER_UNAVAILABLE may be tried again, and after the last it may have been committed all the same;
   * EVENT_TOO_LARGE, TRANSACTION_TOO_LARGE, WORK_LIMIT and BATCH_TOO_SPREAD want the batch split; the others are
   * final.
   */
  submit(request: TransactionRequest): Promise<CommittedTransaction>;
  /** Committed blocks from a height on, then each new one as it commits, until the signal ends it. */
  blocks(from: number, signal?: AbortSignal): AsyncIterable<CommittedBlock>;
  /** Number of blocks. */
  height(): number;
  /** A state value, for tools and tests only. */
  readState(key: string): Promise<Uint8Array | undefined>;
  /** SHA-256 over all keys and values in key order, as lower-case hex. */
  stateDigest(): Promise<string>;
  /** Finishes what is in hand, then releases files and connections. */
  close(): Promise<void>;
}
