/** Runs that are posted in parts: their positions and trades wait beside the others until the run is complete. */
import type { Migration } from './index.js';

const id = 'text collate "C"';

export const runsInParts: Migration = {
  number: 4,
  name: 'runs-in-parts',
  statements: [
    `create table run_part (
      lane ${id} not null,
      market bigint not null,
      start bigint not null,
      run integer not null,
      from_member integer not null,
      block bigint not null,
      position integer not null,
      primary key (market, start, run, from_member, lane)
    )`,
    'create index run_part_by_place on run_part (block, position)',
    `create table open_position (like position including defaults,
      primary key (market, start, run, connection, lane))`,
    `create table open_trade (like trade including defaults, primary key (id))`,
    'create index open_trade_by_run on open_trade (market, start, run, lane)',
  ],
};
