/** Posts amounts and tells them in one event, in the order in which they were posted. */
import { posted } from '../../../schema/trade/money.js';
import { micros, type MoneyMicros } from '../../../schema/units.js';
import type { Context } from '../../kernel/registry.js';

type Posting = readonly [account: number, amountMicros: number];

/** Postings as columns. */
function columnsOf(postings: readonly Posting[]): { account: number[]; amountMicros: MoneyMicros[] } {
  const account: number[] = [];
  const amountMicros: MoneyMicros[] = [];
  for (const posting of postings) {
    account.push(posting[0]);
    amountMicros.push(micros(posting[1]));
  }
  return { account, amountMicros };
}

/** Postings of a command: positive into the account. The kernel refuses what does not balance (K2). */
export function post(c: Context, postings: readonly Posting[]): void {
  const columns = columnsOf(postings);
  c.accounts.need(columns.account);
  for (let i = 0; i < postings.length; i++) c.accounts.post(columns.account[i], columns.amountMicros[i]);
  c.emit(posted, {}, columns);
}
