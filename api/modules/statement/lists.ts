import { sql } from 'kysely';
import { rowLookup } from '../../lookup.js';
import type { Condition } from '../../visibility/visible.js';
import type { List } from '../lists.js';
import { Position } from '../metering/types.js';
import { Participant } from '../registration/types.js';
import type { Period } from './period.js';

/** The participant, where the viewer may see its trades and bills. */
export const STATEMENT_OWNER = rowLookup({
  rowKind: 'statement',
  key: { lane: 'text', number: 'bigint' },
  make: (row) => new Participant(row),
});

export const STATEMENT_INTERVALS: List<Position> = {
  name: 'statement.intervals',
  rowKind: 'position',
  key: { start: 'bigint', connection: 'bigint', run: 'integer', market: 'bigint' },
  make: (row) => new Position(row),
};

/** Connections of a participant. */
export const connectionsOf = ({ lane, row }: Participant): Condition =>
  sql`select o.number from connection o where o.participant = ${row.number}::bigint and o.lane = ${lane}`;

/** Positions `p` of a participant in a period, each of the latest run of its interval: older runs no longer count. */
export const countedPositions = (
  participant: Participant,
  { fromMs, toMs }: Pick<Period, 'fromMs' | 'toMs'>,
): Condition =>
  sql`p.lane = ${participant.lane} and p.start >= ${fromMs}::bigint and p.start < ${toMs}::bigint
    and p.connection in (${connectionsOf(participant)})
    and p.band in (select o.connection / 32 from (${connectionsOf(participant)}) o(connection))
    and p.counts`;
