/**
 * Which organisations a host admitted to its lane, each in its roles. Only the blocks say it: a read model that an older
 * version made is made anew (projection-format.ts).
 */
import type { Migration } from './index.js';

const id = 'text collate "C"';

export const admissions: Migration = {
  number: 9,
  name: 'admissions',
  statements: [
    `create table admission (
      organisation ${id} not null,
      role ${id} not null,
      lane ${id} not null,
      block bigint not null,
      primary key (organisation, role, lane)
    )`,
    'alter table checkpoint add column projection integer',
  ],
};
