/**
 * What a settlement posts, netted per account (E1, K2). It never fails because a wallet is empty: what a dues account
 * cannot carry becomes a receivable of its owner, and everybody else is paid all the same.
 */
import { addSafe } from '../../../schema/arithmetic.js';
import type { Context } from '../../kernel/registry.js';
import type { Owed } from './rules/settle-members.js';
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

/** Postings of what dues accounts owe, and of what stands on the other side. */
export function settlementPostings(
  c: Context,
  inputs: SettlementInputs,
  owed: readonly Owed[],
  others: readonly (readonly [account: number, amountMicros: number])[],
): SettlementPostings {
  const net = new Map<number, number>();
  const add = (account: number, amount: number): void => {
    net.set(account, addSafe(net.get(account) ?? 0, amount));
  };
  const receivables: Receivable[] = [];
  for (const { account: dues, member, amountMicros } of owed) {
    const room = Math.max(0, c.accounts.available(dues) - c.accounts.info(dues).floor);
    const short = Math.max(0, amountMicros - room);
    add(dues, short - amountMicros);
    if (short === 0) continue;
    const account = inputs.receivableAccount[member];
    add(account, 0 - short);
    receivables.push({ connection: inputs.connection[member], account, amountMicros: short });
  }
  for (const [account, amount] of others) add(account, amount);
  const postings = [...net].filter(([, amount]) => amount !== 0).sort((a, b) => a[0] - b[0]);
  return { postings, receivables };
}
