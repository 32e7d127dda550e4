/** From a posting to the settlement that made it. */
import { sql } from 'kysely';
import { keyName, keyTable, type Lookup } from '../../lookup.js';
import { visible } from '../../visibility/visible.js';
import type { Row } from '../row.js';
import { SettlementRun } from './types.js';

const KEY = { lane: 'text', interval_start: 'bigint', block: 'bigint', position: 'integer' } as const;

/** Runs of an entry's interval in its transaction. A lane has few markets, and by them a run is found. */
export const RUNS_OF_ENTRY: Lookup<Row, readonly SettlementRun[]> = {
  nameOf: (entry) => keyName(KEY, entry),
  read: async (entries, { db }, viewer) => {
    const { rows } = await sql<Row>`select k.key_order, r.* from ${keyTable(KEY, entries)}
      join market m on m.lane = k.lane
      join run r on r.market = m.number and r.start = k.interval_start and r.lane = m.lane
      where ((r.block = k.block and r.position = k.position) or exists (select 1 from run_part q
          where q.block = k.block and q.position = k.position and q.market = r.market and q.start = r.start
            and q.run = r.run and q.lane = r.lane))
        and ${visible(viewer, 'run')} order by k.key_order, r.market, r.run`.execute(db);
    const runs = entries.map((): SettlementRun[] => []);
    for (const row of rows) runs[Number(row.key_order) - 1].push(new SettlementRun(row));
    return runs;
  },
};
