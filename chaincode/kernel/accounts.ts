/**
 * Accounts and postings (K2, K3). A posting moves an amount into an account (positive) or out of it (negative); the
 * postings of a command balance in each unit. What every transfer writes lies apart from what it only reads.
 */
import { addSafe } from '../../schema/arithmetic.js';
import { Refusal } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { family, pagesOf, type Records } from './records.js';
import type { Page } from './pages.js';

export interface AccountInfo {
  /** Number of the unit that it holds. */
  unit: number;
  /** Participant number; 0 where an organisation owns it. */
  owner: number;
  /** Number of the organisation that hosts the owner, or owns it. */
  organisation: number;
  /** Index in ACCOUNT_KINDS. */
  kind: number;
  /** Least that balance − held may be, in micros. */
  floor: number;
}

export const PER_PAGE = 512;
export const ACCOUNT_INFO = family<AccountInfo>('acctinfo', PER_PAGE, [
  'unit',
  'owner',
  'organisation',
  'kind',
  'floor',
]);
export const NO_FLOOR = Number.MIN_SAFE_INTEGER;

const BALANCE = 0;
const HELD = 1;
const POSTINGS = 2;
const WIDTH = 3;

/** One posting of the command in hand, as the event tells it. */
export interface PostingColumns {
  readonly account: number[];
  readonly amountMicros: number[];
}

export class Accounts {
  // Sums of the command's postings by unit: the first entries count. Commands touch one unit or a few.
  private readonly units: number[] = [];
  private readonly sums: number[] = [];
  private unitCount = 0;
  private postings = 0;
  /** Account pages touched in this transaction, for the event's digests. */
  readonly touched = new Set<number>();

  // Pages by number, so that a posting looks none up by its key.
  private readonly balancePages: (Page | undefined)[] = [];
  private readonly infoPages: (Page | undefined)[] = [];

  constructor(private readonly records: Records) {}

  page(account: number): Page {
    const number = Math.floor(account / PER_PAGE);
    return (this.balancePages[number] ??= this.records.work.page(this.records.key('acct', number), WIDTH));
  }

  /** Asks for the pages of many accounts at once, so that a command which posts to them runs again only once. */
  need(accounts: readonly number[]): void {
    this.records.needThese(ACCOUNT_INFO, accounts);
    const absent = pagesOf(accounts, PER_PAGE).filter((page) => !this.balancePages[page]);
    if (absent.length === 0) return;
    const keys = absent.map((page) => this.records.key('acct', page));
    this.records.work.need(keys, WIDTH);
  }

  private infoPage(account: number): Page {
    return (this.infoPages[Math.floor(account / PER_PAGE)] ??= this.records.pageOf(ACCOUNT_INFO, account));
  }

  /** What an account is, or undefined where there is none. */
  find(account: number): AccountInfo | undefined {
    const [units, owners, organisations, kinds, floors] = this.infoPage(account).columns as number[][];
    const i = account % PER_PAGE;
    const unit = units[i] as number | null | undefined;
    if (unit === undefined || unit === null) return undefined;
    return { unit, owner: owners[i], organisation: organisations[i], kind: kinds[i], floor: floors[i] };
  }

  info(account: number): AccountInfo {
    const info = this.find(account);
    if (!info) throw new Refusal('NOT_FOUND');
    return info;
  }

  balance(account: number): number {
    return (this.page(account).columns[BALANCE][account % PER_PAGE] as number | undefined) ?? 0;
  }

  held(account: number): number {
    return (this.page(account).columns[HELD][account % PER_PAGE] as number | undefined) ?? 0;
  }

  available(account: number): number {
    return this.balance(account) - this.held(account);
  }

  /** Makes room for a new account in its page. */
  open(account: number, info: AccountInfo): void {
    this.records.put(ACCOUNT_INFO, account, info);
    const page = this.page(account);
    for (let c = 0; c < WIDTH; c++) {
      while (page.columns[c].length <= account % PER_PAGE) {
        this.records.work.set(page, c, page.columns[c].length, 0);
      }
    }
    this.touched.add(Math.floor(account / PER_PAGE));
  }

  /** Posts an amount; a debit is refused where the account would fall below its floor (K3). */
  post(account: number, amountMicros: number): void {
    const i = account % PER_PAGE;
    const infoPage = this.infoPage(account);
    const unit = infoPage.columns[0][i] as number | null | undefined;
    if (unit === undefined || unit === null) throw new Refusal('NOT_FOUND');
    const page = this.page(account);
    const balance = addSafe(page.columns[BALANCE][i] as number, amountMicros);
    if (
      amountMicros < 0 &&
      balance - (page.columns[HELD][i] as number) < (infoPage.columns[4][i] as number)
    ) {
      throw new Refusal('INSUFFICIENT_FUNDS');
    }
    const { work } = this.records;
    work.set(page, BALANCE, i, balance);
    work.set(page, POSTINGS, i, (page.columns[POSTINGS][i] as number) + 1);
    this.touched.add(Math.floor(account / PER_PAGE));
    this.addTo(unit, amountMicros);
    if (++this.postings > LIMITS.postingsPerCommand) throw new Refusal('POSTINGS_LIMIT');
  }

  private addTo(unit: number, amountMicros: number): void {
    for (let u = 0; u < this.unitCount; u++) {
      if (this.units[u] !== unit) continue;
      this.sums[u] = addSafe(this.sums[u], amountMicros);
      return;
    }
    this.units[this.unitCount] = unit;
    this.sums[this.unitCount++] = amountMicros;
  }

  /** Moves an amount between two accounts of one unit. */
  move(from: number, to: number, amountMicros: number): void {
    if (from === to) throw new Refusal('SAME_ACCOUNT');
    this.post(from, -amountMicros);
    this.post(to, amountMicros);
  }

  /** Changes what is held of an account; holding more is refused beyond what is available (K3). */
  hold(account: number, changeMicros: number): void {
    const i = account % PER_PAGE;
    const page = this.page(account);
    const held = addSafe(page.columns[HELD][i] as number, changeMicros);
    const floor = this.info(account).floor;
    if (held < 0) throw new Refusal('WRONG_STATE');
    if (changeMicros > 0 && (page.columns[BALANCE][i] as number) - held < floor)
      throw new Refusal('INSUFFICIENT_FUNDS');
    this.records.work.set(page, HELD, i, held);
    this.touched.add(Math.floor(account / PER_PAGE));
  }

  /** Ends the command in hand: its postings must balance in every unit (K2). */
  assertBalanced(): void {
    for (let u = 0; u < this.unitCount; u++) {
      if (this.sums[u] !== 0) throw new Refusal('POSTINGS_UNBALANCED');
    }
    this.reset();
  }

  /** Forgets the postings of a command that was refused. */
  reset(): void {
    this.unitCount = 0;
    this.postings = 0;
  }
}
