/** Posts amounts and tells them in one event, in the order in which they were posted. */
import { posted } from '../../../schema/trade/money.js';
import { micros } from '../../../schema/units.js';
import type { Context } from '../../kernel/registry.js';

/** Postings of a command: positive into the account. The kernel refuses what does not balance (K2). */
export function post(
  c: Context,
  postings: readonly (readonly [account: number, amountMicros: number])[],
): void {
  c.accounts.need(postings.map(([account]) => account));
  for (const [account, amount] of postings) c.accounts.post(account, amount);
  c.emit(
    posted,
    {},
    {
      account: postings.map(([account]) => account),
      amountMicros: postings.map(([, amount]) => micros(amount)),
    },
  );
}
