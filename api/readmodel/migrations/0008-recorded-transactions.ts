/**
 * Which transactions another ledger had recorded before (K11). Only their blocks say it: the projector fills it in where
 * rows are older (older-rows.ts).
 */
import type { Migration } from './index.js';

export const recordedTransactions: Migration = {
  number: 8,
  name: 'recorded-transactions',
  statements: ['alter table transaction add column recorded boolean'],
};
