/**
 * Balances derived from postings (K6), by account page as the ledger keeps them, so that each committed page's digest
 * can be compared. Held in memory; loaded from the database at start.
 */
import { createHash } from 'node:crypto';
import { PAGE_FORMAT } from '../../schema/command.js';
import type { Session } from './session.js';

/** Accounts a page: part of the page format (chaincode/PROTOCOL.md). */
const PER_PAGE = 512;
const LOAD_ROWS = 50_000;

interface AccountPage {
  readonly lane: string;
  readonly number: number;
  readonly balance: number[];
  readonly held: number[];
  readonly postings: number[];
  /** Slots that changed since they were last written. */
  readonly changed: Set<number>;
}

export class Balances {
  private readonly lanes = new Map<string, Map<number, AccountPage>>();
  private readonly dirty = new Set<AccountPage>();

  static async load(session: Session): Promise<Balances> {
    const balances = new Balances();
    for (let lane = '', number = -1; ;) {
      const { rows } = await session.run(
        `select lane, number, balance, held, postings from account
         where (lane, number) > ($1, $2::bigint) order by lane, number limit ${LOAD_ROWS}`,
        [lane, number],
      );
      for (const row of rows) {
        lane = row.lane as string;
        number = Number(row.number);
        const page = balances.open(lane, number);
        const slot = number % PER_PAGE;
        page.balance[slot] = Number(row.balance);
        page.held[slot] = Number(row.held);
        page.postings[slot] = Number(row.postings);
      }
      if (rows.length < LOAD_ROWS) return balances;
    }
  }

  /** Makes room for an account; numbers below it that were never opened hold 0, as in the ledger's page. */
  open(lane: string, account: number): AccountPage {
    let pages = this.lanes.get(lane);
    if (!pages) this.lanes.set(lane, (pages = new Map()));
    const number = Math.floor(account / PER_PAGE);
    let page = pages.get(number);
    if (!page)
      pages.set(number, (page = { lane, number, balance: [], held: [], postings: [], changed: new Set() }));
    for (const column of [page.balance, page.held, page.postings]) {
      while (column.length <= account % PER_PAGE) column.push(0);
    }
    return page;
  }

  /** Posts an amount; answers its sequence and the balance after it. */
  post(lane: string, account: number, amountMicros: number): { sequence: number; balance: number } {
    const page = this.pageOf(lane, account);
    const slot = account % PER_PAGE;
    const balance = (page.balance[slot] += amountMicros);
    const sequence = ++page.postings[slot];
    this.touch(page, slot);
    return { sequence, balance };
  }

  hold(lane: string, account: number, changeMicros: number): void {
    const page = this.pageOf(lane, account);
    page.held[account % PER_PAGE] += changeMicros;
    this.touch(page, account % PER_PAGE);
  }

  /** SHA-256 of the page as the ledger writes it, hex. */
  digest(lane: string, number: number): string {
    const page = this.lanes.get(lane)?.get(number);
    const columns = page ? [page.balance, page.held, page.postings] : [[], [], []];
    return createHash('sha256')
      .update(JSON.stringify([PAGE_FORMAT, ...columns]))
      .digest('hex');
  }

  /** Writes what changed. */
  async write(session: Session): Promise<void> {
    const lane: string[] = [];
    const columns: number[][] = [[], [], [], []];
    for (const page of this.dirty) {
      for (const slot of page.changed) {
        lane.push(page.lane);
        columns[0].push(page.number * PER_PAGE + slot);
        columns[1].push(page.balance[slot]);
        columns[2].push(page.held[slot]);
        columns[3].push(page.postings[slot]);
      }
      page.changed.clear();
    }
    this.dirty.clear();
    if (lane.length === 0) return;
    await session.run(
      `update account a set balance = d.balance, held = d.held, postings = d.postings
       from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
         as d(lane, number, balance, held, postings)
       where a.number = d.number and a.lane = d.lane`,
      [lane, ...columns],
    );
  }

  private pageOf(lane: string, account: number): AccountPage {
    const page = this.lanes.get(lane)?.get(Math.floor(account / PER_PAGE));
    if (!page || account % PER_PAGE >= page.balance.length) {
      throw new Error(`account ${account} of lane ${lane} was posted to before it was opened`);
    }
    return page;
  }

  private touch(page: AccountPage, slot: number): void {
    page.changed.add(slot);
    this.dirty.add(page);
  }
}
