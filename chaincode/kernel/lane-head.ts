/** The head of a lane: its log, its ledger time, its counters. One page, written by every transaction. */
import { ROLES, type Role } from '../../schema/command.js';
import { GridbookError, Refusal } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { appendLeaf, hashFromHex, hashToHex, type Hash } from './tree.js';
import { decodePage, type Page } from './pages.js';
import type { UnitOfWork } from './unit-of-work.js';

// Columns of the head.
const LOG = 0; // one value: number of leaves
const FRONTIER = 1; // roots of the log's perfect subtrees, hex
const TIME = 2; // one value: ledger time in ms
const COUNTER_NAMES = 3;
const COUNTER_VALUES = 4;
const ORGANISATIONS = 5;
const ROLES_OF = 6; // a bit a role of each organisation, in the order of ROLES
const WIDTH = 7;

/** Key of a lane's head, which every transaction of the lane writes. */
export const headKey = (lane: string): string => `${lane}/head/0`;

/** Transactions of a lane so far, by its head's bytes. */
export const leavesIn = (lane: string, head: Uint8Array | undefined): number =>
  (decodePage(headKey(lane), head, WIDTH).columns[LOG][0] as number | undefined) ?? 0;

/** The bit of a role; 0 of what is no role. */
const bitOf = (role: string): number => {
  const at = (ROLES as readonly string[]).indexOf(role);
  return at < 0 ? 0 : 1 << at;
};

export class LaneHead {
  private constructor(
    private readonly work: UnitOfWork,
    private readonly page: Page,
    readonly ledgerTimeMs: number,
  ) {}

  /**
   * Opens a lane. Ledger time is the later of the transaction's and the lane's last; a transaction that is older
   * than the last by more than the skew limit is refused.
   */
  static async open(work: UnitOfWork, lane: string, timeMs: number): Promise<LaneHead> {
    const page = await work.load(headKey(lane), WIDTH);
    const last = (page.columns[TIME][0] as number | undefined) ?? 0;
    if (timeMs < last - LIMITS.timeSkewMs) throw new GridbookError('TIME_SKEW');
    return new LaneHead(work, page, Math.max(timeMs, last));
  }

  /** Whether no transaction has used the lane yet. */
  get isNew(): boolean {
    return this.page.columns[LOG].length === 0;
  }

  get leaf(): number {
    return (this.page.columns[LOG][0] as number | undefined) ?? 0;
  }

  /** Gives the next number of a counter, from 1; with `count`, the first of that many in a row. */
  next(counter: string, count = 1): number {
    const names = this.page.columns[COUNTER_NAMES];
    let at = names.indexOf(counter);
    if (at < 0) {
      at = names.length;
      this.work.set(this.page, COUNTER_NAMES, at, counter);
      this.work.set(this.page, COUNTER_VALUES, at, 0);
    }
    const last = this.page.columns[COUNTER_VALUES][at] as number;
    this.work.set(this.page, COUNTER_VALUES, at, last + count);
    return last + 1;
  }

  /** Number of an organisation that is admitted in a role; undefined where it is not. */
  numberIn(organisation: string, role: string): number | undefined {
    const at = this.page.columns[ORGANISATIONS].indexOf(organisation);
    return at >= 0 && (this.rolesAt(at) & bitOf(role)) !== 0 ? at + 1 : undefined;
  }

  /** How many organisations are admitted in a role. */
  countIn(role: Role): number {
    const bit = bitOf(role);
    return this.page.columns[ORGANISATIONS].filter((_, at) => (this.rolesAt(at) & bit) !== 0).length;
  }

  /** Admits an organisation in a role, or ends that; its number stays. */
  setRole(organisation: string, role: Role, admitted: boolean): void {
    const known = this.page.columns[ORGANISATIONS];
    let at = known.indexOf(organisation);
    if (at < 0) {
      at = known.length;
      // They share a page with all that every transaction writes: were it full, the lane would stand still.
      const most = LIMITS.organisationsPerLane - (role === 'REGULATOR' ? 0 : LIMITS.regulatorsPerLane);
      if (at >= most) throw new Refusal('LANE_FULL');
      this.work.set(this.page, ORGANISATIONS, at, organisation);
      this.work.set(this.page, ROLES_OF, at, 0);
    }
    const others = this.rolesAt(at) & ~bitOf(role);
    this.work.set(this.page, ROLES_OF, at, admitted ? others | bitOf(role) : others);
  }

  private rolesAt(at: number): number {
    return this.page.columns[ROLES_OF][at] as number;
  }

  organisationName(number: number): string {
    return this.page.columns[ORGANISATIONS][number - 1] as string;
  }

  /** Appends the transaction's event root to the lane's log and moves ledger time. */
  close(eventRoot: Hash): void {
    const frontier = (this.page.columns[FRONTIER] as string[]).map(hashFromHex);
    const next = appendLeaf(frontier, this.leaf, eventRoot);
    this.work.touch(this.page);
    this.page.columns[FRONTIER].splice(0, frontier.length, ...next.map(hashToHex));
    this.page.columns[LOG][0] = this.leaf + 1;
    this.page.columns[TIME][0] = this.ledgerTimeMs;
  }
}
