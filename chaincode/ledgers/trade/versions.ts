/**
 * Versioned facts of a slot (K5): each version holds from an instant until the next one. The last few lie in the
 * slot's page; older ones move to pages of the slot's own, of which a late settlement reads two.
 */
import { Refusal } from '../../../schema/errors.js';
import { LIMITS } from '../../../schema/limits.js';
import { family, type Family, type Records } from '../../kernel/records.js';
import { PastVersions, type Version } from './past-versions.js';

interface Recent {
  /** The last versions, ascending. */
  recent: readonly Version[];
  /** Versions that lie in pages of their own. */
  older: number;
}

export class Versions<V extends Version> {
  private readonly recent: Family<Recent>;
  private readonly past: PastVersions<V>;

  constructor(name: string, perPage: number) {
    this.recent = family<Recent>(name, perPage, ['recent', 'older']);
    this.past = new PastVersions<V>(name);
  }

  /** Asks for the pages of the slots below `slots` at once. */
  needAll(records: Records, scope: string, slots: number): void {
    records.needAll(this.recent, slots, scope);
  }

  latest(records: Records, scope: string, slot: number): V | undefined {
    return records.get(this.recent, slot, scope)?.recent.at(-1) as V | undefined;
  }

  /** The version in force at an instant. */
  at(records: Records, scope: string, slot: number, instantMs: number): V | undefined {
    const page = records.pageOf(this.recent, slot, scope);
    const recent = page.columns[0][slot % this.recent.perPage] as readonly V[] | null | undefined;
    if (!recent) return undefined;
    for (let i = recent.length - 1; i >= 0; i--) if (recent[i][0] <= instantMs) return recent[i];
    const older = page.columns[1][slot % this.recent.perPage] as number;
    return this.past.at(records, `${scope}${slot}.`, older, instantMs);
  }

  /** Adds a version; it must start after the last one. */
  push(records: Records, scope: string, slot: number, version: V): void {
    const now = records.get(this.recent, slot, scope) ?? { recent: [], older: 0 };
    const last = now.recent.at(-1);
    if (last && last[0] >= version[0]) throw new Refusal('VERSION_NOT_LATER', 'effectiveFrom');
    let { older } = now;
    const recent = [...now.recent, version];
    if (recent.length > LIMITS.versionsAtHand) {
      this.past.push(records, `${scope}${slot}.`, older++, recent.shift() as V);
    }
    records.put(this.recent, slot, { recent, older }, scope);
  }
}

/** Membership of a slot: tariff, dues account, receivable account. */
export type MembershipVersion = readonly [fromMs: number, tariff: number, dues: number, receivable: number];
export const MEMBERSHIPS = new Versions<MembershipVersion>('member', 256);

/** Community preference of a slot: least price to sell at, most to buy at; null: does not. */
export type PreferenceVersion = readonly [fromMs: number, minSell: number | null, maxBuy: number | null];
export const PREFERENCES = new Versions<PreferenceVersion>('preference', 256);

/** Order of a slot's nominations on one side, first served first. */
export type PriorityVersion = readonly [fromMs: number, agreements: readonly number[]];
export const SELLER_PRIORITIES = new Versions<PriorityVersion>('ranksell', 128);
export const BUYER_PRIORITIES = new Versions<PriorityVersion>('rankbuy', 128);
