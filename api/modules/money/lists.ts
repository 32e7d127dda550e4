import { sql } from 'kysely';
import type { ChildList, List } from '../lists.js';
import { Account, Entry, Hold, Receivable, Unit } from './types.js';

const RECORD = { number: 'bigint', lane: 'text' } as const;

/** What was issued is the issuer's account, below zero; a viewer need not see the account to see the sum. */
export const UNIT_COLUMNS = sql`u.*,
  (select -i.balance from account i where i.number = u.issuer_account and i.lane = u.lane) as issued`;

export const UNITS: List<Unit> = {
  name: 'units',
  rowKind: 'unit',
  select: UNIT_COLUMNS,
  key: RECORD,
  make: (row) => new Unit(row),
};
export const ACCOUNTS: List<Account> = {
  name: 'accounts',
  rowKind: 'account',
  key: RECORD,
  make: (row) => new Account(row),
};
export const ACCOUNTS_OF_PARTICIPANT: ChildList<Account> = {
  ...ACCOUNTS,
  name: 'participant.accounts',
  parent: { participant: 'bigint', lane: 'text' },
};
export const ENTRIES_OF_ACCOUNT: ChildList<Entry> = {
  name: 'account.entries',
  rowKind: 'entry',
  parent: { account: 'bigint', lane: 'text' },
  // The number of its row's first posting goes up with its own, and has the index.
  key: { first_sequence: 'bigint', sequence: 'bigint' },
  descending: true,
  make: (row) => new Entry(row),
};
/** What the settlement of a position, at once or in parts, posted to the accounts of its membership. */
export const ENTRIES_OF_POSITION: ChildList<Entry> = {
  name: 'position.entries',
  rowKind: 'entry',
  parent: { lane: 'text', market: 'bigint', connection: 'bigint', start: 'bigint', run: 'integer' },
  isChild: sql`e.lane = k.lane and e.interval_start = k.start
    and (e.block, e.position) in (
      select s.block, s.position from run s
        where s.market = k.market and s.start = k.start and s.run = k.run and s.lane = k.lane
      union all select q.block, q.position from run_part q
        where q.market = k.market and q.start = k.start and q.run = k.run and q.lane = k.lane)
    and e.account in (select unnest(array[s.dues_account, s.receivable_account]) from membership s
      where s.connection = k.connection and s.market = k.market and s.lane = k.lane)`,
  key: { account: 'bigint', sequence: 'bigint' },
  make: (row) => new Entry(row),
};
export const HOLDS_OF_ACCOUNT: ChildList<Hold> = {
  name: 'account.holds',
  rowKind: 'hold',
  parent: { account: 'bigint', lane: 'text' },
  key: { number: 'bigint' },
  descending: true,
  make: (row) => new Hold(row),
};
export const RECEIVABLES: List<Receivable> = {
  name: 'receivables',
  rowKind: 'receivable',
  key: { id: 'bigint' },
  descending: true,
  make: (row) => new Receivable(row),
};
