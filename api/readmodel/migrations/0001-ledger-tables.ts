/**
 * What every ledger has: blocks, transactions, participants, units, accounts and their entries. A text that is an
 * id sorts by its bytes, so that every server sorts alike.
 *
 * Numbers come before the lane in the indexes of large tables: they tell rows apart at the first comparison.
 */
import type { Migration } from './index.js';

const id = 'text collate "C"';

export const ledgerTables: Migration = {
  number: 1,
  name: 'ledger-tables',
  statements: [
    `create table checkpoint (
      id integer primary key check (id = 1),
      height bigint not null,
      digest text not null,
      ledger_id text
    ) with (fillfactor = 10)`,
    `insert into checkpoint values (1, 0, '${'0'.repeat(64)}', null)`,
    `create table block (
      number bigint primary key,
      header_hash text not null,
      previous_hash text not null,
      data_hash text not null,
      size_bytes integer not null,
      transactions integer not null
    )`,
    `create table transaction (
      id ${id} primary key,
      block bigint not null,
      position integer not null,
      time bigint not null,
      ledger_time bigint not null,
      organisation ${id} not null,
      role ${id} not null,
      lane ${id} not null,
      leaf bigint,
      event_root text,
      valid boolean not null,
      commands integer not null,
      refused integer not null,
      replayed integer not null
    )`,
    'create unique index transaction_by_place on transaction (block, position)',
    'create unique index transaction_by_leaf on transaction (leaf, lane) where valid',
    `create table refusal (
      lane ${id} not null,
      leaf bigint not null,
      command_index integer not null,
      block bigint not null,
      code ${id} not null,
      field ${id} not null,
      primary key (leaf, command_index, lane)
    )`,
    `create table participant (
      lane ${id} not null,
      number bigint not null,
      participant_id ${id} not null,
      host ${id} not null,
      active boolean not null,
      block bigint not null,
      primary key (number, lane)
    )`,
    'create index participant_by_id on participant (participant_id)',
    `create table unit (
      lane ${id} not null,
      number bigint not null,
      kind ${id} not null,
      issuer ${id} not null,
      currency text not null,
      region ${id} not null,
      ceiling bigint not null,
      issuer_account bigint not null,
      primary key (number, lane)
    )`,
    // Balances are rewritten in place: room on each page keeps the index out of it.
    `create table account (
      lane ${id} not null,
      number bigint not null,
      unit bigint not null,
      kind ${id} not null,
      participant bigint,
      organisation ${id} not null,
      floor bigint,
      balance bigint not null,
      held bigint not null,
      postings bigint not null,
      block bigint not null,
      primary key (number, lane)
    ) with (fillfactor = 50)`,
    'create index account_by_participant on account (participant, lane)',
    `create table entry (
      lane ${id} not null,
      account bigint not null,
      sequence bigint not null,
      amount bigint not null,
      balance_after bigint not null,
      block bigint not null,
      position integer not null,
      command_index integer not null,
      command ${id} not null,
      interval_start bigint,
      primary key (account, sequence, lane)
    )`,
    `create table hold (
      lane ${id} not null,
      number bigint not null,
      account bigint not null,
      payee bigint not null,
      amount bigint not null,
      remaining bigint not null,
      expires_at bigint not null,
      purpose text not null,
      primary key (number, lane)
    )`,
    'create index hold_by_account on hold (account, lane)',
  ],
};
