import { sql } from 'kysely';
import { inOrder, keyTable, rowLookup, type Lookup } from '../../lookup.js';
import { tradeKey } from '../../readmodel/trade-id.js';
import { visible } from '../../visibility/visible.js';
import { inPeriod, type ChildList, type List } from '../lists.js';
import type { PeriodArgs } from '../paging.js';
import type { Row } from '../row.js';
import { Position, Reading, SettlementRun, Trade } from './types.js';

const OF_RUN = { lane: 'text', market: 'bigint', start: 'bigint', run: 'integer' } as const;

export const READINGS: List<Reading> = {
  name: 'readings',
  rowKind: 'reading',
  key: { start: 'bigint', revision: 'integer' },
  make: (row) => new Reading(row),
};
export const READINGS_OF_CONNECTION: ChildList<Reading, PeriodArgs> = {
  ...READINGS,
  name: 'connection.readings',
  parent: { connection: 'bigint', lane: 'text' },
  isChild: sql`r.connection = k.connection and r.lane = k.lane and r.band = k.connection / 32`,
  filter: (args) => inPeriod('r.start', args),
};
export const RUNS: List<SettlementRun> = {
  name: 'settlementRuns',
  rowKind: 'run',
  key: { start: 'bigint', run: 'integer' },
  make: (row) => new SettlementRun(row),
};
export const RUNS_OF_MARKET: ChildList<SettlementRun, PeriodArgs> = {
  ...RUNS,
  name: 'market.settlementRuns',
  parent: { market: 'bigint', lane: 'text' },
  filter: (args) => inPeriod('r.start', args),
};
export const POSITIONS_OF_RUN: ChildList<Position> = {
  name: 'run.positions',
  rowKind: 'position',
  parent: OF_RUN,
  key: { connection: 'bigint' },
  make: (row) => new Position(row),
};
export const TRADES: List<Trade> = {
  name: 'trades',
  rowKind: 'trade',
  key: { start: 'bigint', id: 'text' },
  make: (row) => new Trade(row),
};
export const TRADES_OF_RUN: ChildList<Trade> = {
  name: 'run.trades',
  rowKind: 'trade',
  parent: OF_RUN,
  key: { id: 'text' },
  make: (row) => new Trade(row),
};
/** Trades of the position's run of which its connection is a side. */
export const TRADES_OF_POSITION: ChildList<Trade> = {
  ...TRADES_OF_RUN,
  name: 'position.trades',
  parent: { ...OF_RUN, connection: 'bigint' },
  isChild: sql`t.market = k.market and t.start = k.start and t.run = k.run and t.lane = k.lane
    and (t.seller = k.connection or t.buyer = k.connection)`,
};

export const READING = rowLookup({
  rowKind: 'reading',
  key: { connection: 'bigint', start: 'bigint', revision: 'integer', lane: 'text' },
  where: sql`r.band = k.connection / 32`,
  make: (row) => new Reading(row),
});
export const RUN = rowLookup({ rowKind: 'run', key: OF_RUN, make: (row) => new SettlementRun(row) });
export const POSITION = rowLookup({
  rowKind: 'position',
  key: { connection: 'bigint', ...OF_RUN },
  make: (row) => new Position(row),
});
const TRADE_KEY = { id: 'text', trade_key: 'integer' } as const;
/** A trade by its id, which both sides know (P2P-15): in the run that it is found in by the first of its bytes. */
export const TRADE: Lookup<Row, Trade> = {
  nameOf: ({ id }) => id as string,
  read: async (keys, { db }, viewer) => {
    const wanted = keys.map(({ id }) => ({ id, trade_key: tradeKey(id as string) }));
    const { rows } = await sql<Row>`select k.key_order, t.* from ${keyTable(TRADE_KEY, wanted)}
      cross join lateral (
        select s.lane, s.market, s.start, s.run from position_set s where s.trade_keys @> array[k.trade_key]
        union select b.lane, b.market, b.start, b.run from bilateral_trade b where b.id = k.id) r
      join trade t on t.market = r.market and t.start = r.start and t.run = r.run and t.lane = r.lane and t.id = k.id
      where ${visible(viewer, 'trade')}`.execute(db);
    return inOrder(keys, rows, (row) => new Trade(row));
  },
};
