import { sql } from 'kysely';
import { rowLookup } from '../../lookup.js';
import type { List } from '../lists.js';
import { Block, Transaction } from './types.js';

export const BLOCKS: List<Block> = {
  name: 'blocks',
  rowKind: 'block',
  key: { number: 'bigint' },
  descending: true,
  make: (row) => new Block(row),
};
export const TRANSACTIONS: List<Transaction> = {
  name: 'transactions',
  rowKind: 'transaction',
  key: { block: 'bigint', position: 'integer' },
  descending: true,
  make: (row, viewer) => new Transaction(row, viewer),
};

export const BLOCK = rowLookup({
  rowKind: 'block',
  key: { number: 'bigint' },
  make: (row) => new Block(row),
});
/** A transaction by its id on the ledger: the valid one, where others bear its id. */
export const TRANSACTION = rowLookup({
  rowKind: 'receipt',
  key: { id: 'text' },
  order: sql`x.valid desc, x.block, x.position`,
  make: (row, viewer) => new Transaction(row, viewer),
});
/** A transaction by its place: the receipt of whatever cites it. */
export const RECEIPT = rowLookup({
  rowKind: 'receipt',
  key: { block: 'bigint', position: 'integer' },
  make: (row, viewer) => new Transaction(row, viewer),
});
