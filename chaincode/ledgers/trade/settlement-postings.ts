/**
 * What a settlement posts, netted per account (E1, K2). It never fails because a wallet is empty: what a dues account
 * cannot carry becomes a receivable of its owner, and everybody else is paid all the same.
 */
import { addSafe } from '../../../schema/arithmetic.js';
import type { Context } from '../../kernel/registry.js';
import type { SettlementInputs } from './settlement-inputs.js';

export interface Receivable {
  readonly connection: number;
  readonly account: number;
  readonly amountMicros: number;
}

export interface SettlementPostings {
  /** In order of account number; none is zero. */
  readonly postings: readonly (readonly [account: number, amountMicros: number])[];
  readonly receivables: readonly Receivable[];
}

/** Postings of the members from `first` on, one a bill, and of what stands on the other side. */
export function settlementPostings(
  c: Context,
  inputs: SettlementInputs,
  first: number,
  billMicros: readonly number[],
  others: readonly (readonly [account: number, amountMicros: number])[],
): SettlementPostings {
  const net = new Map<number, number>();
  const add = (account: number, amount: number): void => {
    net.set(account, addSafe(net.get(account) ?? 0, amount));
  };
  const memberOf = new Map<number, number>();
  billMicros.forEach((bill, i) => {
    const dues = inputs.duesAccount[first + i];
    if (!memberOf.has(dues)) memberOf.set(dues, first + i);
    add(dues, 0 - bill);
  });
  const receivables: Receivable[] = [];
  for (const [dues, i] of memberOf) {
    const owed = 0 - (net.get(dues) as number);
    if (owed <= 0) continue;
    const room = Math.max(0, c.accounts.available(dues) - c.accounts.info(dues).floor);
    const short = owed - Math.min(owed, room);
    if (short === 0) continue;
    const account = inputs.receivableAccount[i];
    add(dues, short);
    add(account, 0 - short);
    receivables.push({ connection: inputs.connection[i], account, amountMicros: short });
  }
  for (const [account, amount] of others) add(account, amount);
  const postings = [...net].filter(([, amount]) => amount !== 0).sort((a, b) => a[0] - b[0]);
  return { postings, receivables };
}
