/**
 * Which transactions another ledger had recorded before (K11). Only their blocks say it: a read
 * model that is older is made anew (projection-format.ts).
 */
import type { Migration } from './index.js';

export const recordedTransactions: Migration = {
  number: 8,
  name: 'recorded-transactions',
  statements: ['alter table transaction add column recorded boolean'],
};
