/**
 * Postings on their way into the read model: what one transaction posts to an account shares a row, with an array a
 * column (migration 6), as a settlement of many intervals posts to the same accounts again and again.
 */
import { arrayText } from './bands.js';
import type { Changes } from './changes.js';

/** Postings that share a row at most: such a row lies on one page. */
const PER_ROW = 64;

/** Where a posting was made. */
export interface PostingPlace {
  readonly lane: string;
  readonly block: number;
  readonly position: number;
  /** Index of the command in the transaction. */
  readonly index: number;
  /** The command. */
  readonly name: string;
}

interface Posting {
  readonly account: number;
  readonly sequence: number;
  readonly amountMicros: number;
  readonly balance: number;
  /** Start of the settled interval, where the posting is of a settlement. */
  readonly intervalStart: number | null;
}

interface Row {
  readonly place: PostingPlace;
  readonly firstSequence: number;
  readonly amounts: number[];
  readonly balances: number[];
  readonly indexes: number[];
  readonly starts: number[];
}

export class Entries {
  /** The last row of each account in the transaction in hand. */
  private readonly rows = new Map<number, Row>();

  constructor(private readonly changes: Changes) {}

  /** One posting. An account's postings of one command name follow one another in a row. */
  add(place: PostingPlace, { account, sequence, amountMicros, balance, intervalStart }: Posting): void {
    let row = this.rows.get(account);
    if (!row || row.amounts.length === PER_ROW || row.place.name !== place.name) {
      if (row) this.write(account, row);
      row = { place, firstSequence: sequence, amounts: [], balances: [], indexes: [], starts: [] };
      this.rows.set(account, row);
    }
    row.amounts.push(amountMicros);
    row.balances.push(balance);
    row.indexes.push(place.index);
    if (intervalStart !== null) row.starts.push(intervalStart);
  }

  /** Ends the transaction. */
  end(): void {
    for (const [account, row] of this.rows) this.write(account, row);
    this.rows.clear();
  }

  private write(account: number, { place, firstSequence, amounts, balances, indexes, starts }: Row): void {
    this.changes.add(
      'entry_set',
      ...[place.lane, account, firstSequence, place.block, place.position, place.name],
      ...[amounts, balances, indexes].map(arrayText),
      starts.length === 0 ? null : arrayText(starts),
    );
  }
}
