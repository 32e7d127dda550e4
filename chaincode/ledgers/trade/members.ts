/** Who is a member in an interval, and whether all of them have readings. */
import type { Records } from '../../kernel/records.js';
import { require } from '../../kernel/unit-of-work.js';
import { CONNECTIONS, intervalScope, READINGS, SLOTS, type SlotRecord } from './pages.js';
import { isInForce, MISSING } from './readings.js';
import { MEMBERSHIPS, type MembershipVersion } from './versions.js';

/** An interval of a market. */
export interface MarketInterval {
  readonly market: number;
  readonly network: number;
  readonly startMs: number;
  readonly seconds: number;
}

export interface Member {
  readonly at: SlotRecord;
  readonly membership: MembershipVersion;
}

/** Slots that may be looked at for the work of settling one connection. */
export const SLOTS_PER_WORK = 16;

const QUALITY = READINGS.columns.indexOf('quality');

/** The member at a slot, provided that its connection and its membership are in force in the interval. */
export function memberAt(
  records: Records,
  { market, network, startMs, seconds }: MarketInterval,
  slot: number,
): Member | undefined {
  const scope = `${network}.`;
  const at = records.get(SLOTS, slot, scope) as SlotRecord;
  if (!isInForce(at, startMs, startMs + seconds * 1000)) return undefined;
  const membership = MEMBERSHIPS.at(records, scope, slot, startMs);
  if (!membership) return undefined;
  return records.value(CONNECTIONS, 'market', at.connection) === market ? { at, membership } : undefined;
}

/**
 * Every member has a reading. A page of readings without a gap needs no further look; in one with gaps the slots that
 * lack are looked at, and the first that is a member's ends it, before anything else is read.
 */
export function requireReadings(records: Records, interval: MarketInterval, slots: number): void {
  const scope = intervalScope(interval.network, interval.startMs);
  let passed = 0;
  for (let first = 0; first < slots; first += READINGS.perPage) {
    const count = Math.min(slots - first, READINGS.perPage);
    const lacking = gapsOf(records.pageOf(READINGS, first, scope).columns[QUALITY], count);
    records.work.together(lacking, (gap) => {
      require(memberAt(records, interval, first + gap) === undefined, 'READINGS_INCOMPLETE', 'start');
      if (++passed % SLOTS_PER_WORK === 0) records.work.spend(1);
    });
  }
}

/** Places below `count` without a reading that counts. */
function gapsOf(quality: readonly unknown[], count: number): number[] {
  if (quality.length >= count && !quality.includes(null) && !quality.includes(MISSING)) return [];
  const gaps: number[] = [];
  for (let i = 0; i < count; i++) {
    if (i >= quality.length || quality[i] === null || quality[i] === MISSING) gaps.push(i);
  }
  return gaps;
}
