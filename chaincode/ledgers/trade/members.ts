/** Who is a member in an interval, and whether all of them have readings. */
import type { Records } from '../../kernel/records.js';
import { require } from '../../kernel/unit-of-work.js';
import { CONNECTIONS, intervalScope, READINGS, SLOTS } from './pages.js';
import { isInForce, MISSING } from './readings.js';
import { MEMBERSHIPS, type MembershipVersion } from './versions.js';

/** An interval of a market. */
export interface MarketInterval {
  readonly market: number;
  readonly network: number;
  /** Scope of what the network keeps by its slots. */
  readonly scope: string;
  readonly startMs: number;
  readonly seconds: number;
}

/** Slots that may be looked at for the work of settling one connection. */
export const SLOTS_PER_WORK = 16;

const SLOT = SLOTS.at;
const QUALITY = READINGS.at.quality;

/** The membership of a slot, provided that it and the slot's connection are in force in the interval. */
export function membershipAt(
  records: Records,
  { market, scope, startMs, seconds }: MarketInterval,
  slot: number,
): MembershipVersion | undefined {
  const { columns } = records.pageOf(SLOTS, slot, scope);
  const i = slot % SLOTS.perPage;
  const validFrom = columns[SLOT.validFrom][i] as number;
  const validTo = columns[SLOT.validTo][i] as number | null;
  if (!isInForce(validFrom, validTo, startMs, startMs + seconds * 1000)) return undefined;
  const membership = MEMBERSHIPS.at(records, scope, slot, startMs);
  if (!membership) return undefined;
  const connection = columns[SLOT.connection][i] as number;
  return records.value(CONNECTIONS, 'market', connection) === market ? membership : undefined;
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
      require(membershipAt(records, interval, first + gap) === undefined, 'READINGS_INCOMPLETE', 'start');
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
