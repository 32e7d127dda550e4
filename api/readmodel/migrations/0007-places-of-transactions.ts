/**
 * A transaction is told from others by its place: several that are not valid may bear one id, beside a valid one too,
 * and peers keep all of them in their blocks.
 */
import type { Migration } from './index.js';

export const placesOfTransactions: Migration = {
  number: 7,
  name: 'places-of-transactions',
  statements: [
    'alter table transaction drop constraint transaction_pkey',
    'drop index transaction_by_place',
    'alter table transaction add primary key (block, position)',
    'create index transaction_by_id on transaction (id, valid desc, block, position)',
  ],
};
