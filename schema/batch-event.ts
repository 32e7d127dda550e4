/**
 * The one event of a transaction: what its arguments do not say (K6). Wire form, columns throughout:
 * `[format, lane, leaf, ledgerTimeMs, eventRoot, refused, replayed, events, accountPages]`.
 */
import type { Json } from './canonical.js';
import { FORMAT } from './command.js';
import { GridbookError } from './errors.js';

/** An event as it stands on the wire: `[command index, name, field…, column…]`. */
export type WireEvent = readonly [index: number, name: string, ...values: Json[]];

export interface BatchEvent {
  readonly lane: string;
  /** Number of the lane's transactions before this one; its leaf in the lane's log. */
  readonly leaf: number;
  readonly ledgerTimeMs: number;
  /** Root of the tree over the transaction's leaves, lower-case hex. */
  readonly eventRoot: string;
  /** Command index, error number, field. */
  readonly refused: readonly (readonly [index: number, code: number, field: string])[];
  /** Command index; leaf and index of the first time; its error number, 0 where it was applied. */
  readonly replayed: readonly (readonly [index: number, leaf: number, firstIndex: number, code: number])[];
  readonly events: readonly WireEvent[];
  /** Page number of accounts, and the SHA-256 of its committed bytes in hex: derived balances are checked by it. */
  readonly accountPages: readonly (readonly [page: number, digest: string])[];
}

export function encodeBatchEvent(e: BatchEvent): Uint8Array {
  return Buffer.from(
    JSON.stringify([
      FORMAT,
      e.lane,
      e.leaf,
      e.ledgerTimeMs,
      e.eventRoot,
      e.refused,
      e.replayed,
      e.events,
      e.accountPages,
    ]),
  );
}

export function decodeBatchEvent(bytes: Uint8Array): BatchEvent {
  const [format, lane, leaf, ledgerTimeMs, eventRoot, refused, replayed, events, accountPages] = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
  ) as [
    number,
    string,
    number,
    number,
    string,
    BatchEvent['refused'],
    BatchEvent['replayed'],
    WireEvent[],
    BatchEvent['accountPages'],
  ];
  if (format !== FORMAT) throw new GridbookError('UNKNOWN_FORMAT');
  return { lane, leaf, ledgerTimeMs, eventRoot, refused, replayed, events, accountPages };
}
