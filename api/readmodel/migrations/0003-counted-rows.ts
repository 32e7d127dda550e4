/**
 * Whether a position or trade is of its interval's latest run and so counts. Looked up from the runs it would cost a
 * statement one look-up an interval.
 */
import type { Migration } from './index.js';

const superseded = (table: string): string => `update ${table} t set counts = false where exists (
  select 1 from run r where r.market = t.market and r.start = t.start and r.lane = t.lane and r.run > t.run)`;

export const countedRows: Migration = {
  number: 3,
  name: 'counted-rows',
  statements: [
    'alter table position add column counts boolean not null default true',
    'alter table trade add column counts boolean not null default true',
    superseded('position'),
    superseded('trade'),
    // Few runs are stale, and a statement asks whether any of its own is.
    'create index run_stale on run (start, lane) where stale',
  ],
};
