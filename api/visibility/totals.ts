/**
 * Sums over several members tell of each of them where they are few: a participant is not told those of fewer than
 * five members (architecture.md, Identity).
 */
import { sql } from 'kysely';
import type { Viewer } from '../auth/viewer.js';
import type { Condition } from './rules.js';

/** Fewer than this, and a participant is not told the totals of an interval. */
export const TOTALS_MEMBERS = 5;

/** Whether sums over a run are withheld where its members are few. */
export const mayWithhold = (viewer: Viewer): boolean => viewer.role === 'PARTICIPANT';

/**
 * The condition under which a viewer is told the totals of a run, read under the alias `r`. Members are participants:
 * five meters of two of them would tell each what the other does.
 */
export function totalsAreTold(viewer: Viewer): Condition {
  if (!mayWithhold(viewer)) return sql`true`;
  return sql`(r.members >= ${TOTALS_MEMBERS}::integer and (
    select count(distinct o.participant) from position q
    join connection o on o.number = q.connection and o.lane = q.lane
    where q.start = r.start and q.market = r.market and q.run = r.run and q.lane = r.lane
  ) >= ${TOTALS_MEMBERS}::bigint)`;
}

/** Whether a viewer is told how many commands others put into a transaction. */
export const countsAreTold = (viewer: Viewer): boolean => viewer.role !== 'PARTICIPANT';
