/**
 * K10: every tie is broken by ascending SHA-256(interval start ‖ account number), both as 8 bytes, big-endian. The
 * ledger gives account numbers, so nobody can choose a hash that comes first. Computed for tied records only.
 */
import { hash } from 'node:crypto';

const bytes = Buffer.alloc(16);

/** What a record is ranked by among its equals, as lower-case hex: fixed width, so that text order is byte order. */
export function tieKey(startMs: number, account: number): string {
  bytes.writeBigUInt64BE(BigInt(startMs), 0);
  bytes.writeBigUInt64BE(BigInt(account), 8);
  return hash('sha256', bytes);
}

/** Indexes of tied records in the order of K10; equal accounts keep the order they came in. */
export function tieOrder(startMs: number, accounts: readonly number[]): number[] {
  const order = accounts.map((_, i) => i);
  if (order.length < 2) return order;
  const keys = accounts.map((account) => tieKey(startMs, account));
  return order.sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b));
}
