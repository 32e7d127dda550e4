/** Accounts: every posting balances, every balance is the sum of its postings, nothing appears or vanishes. */
import { sqlProof } from './proof.js';

export const ACCOUNTS = [
  sqlProof({
    rule: 'K2',
    what: 'the postings of each command come to zero in each unit',
    unit: 'command',
    cases: `select count(*) as cases from (
      select distinct lane, block, position, command_index from entry) c`,
    broken: `select e.lane, e.block, e.position, e.command_index, e.command, a.unit, sum(e.amount) as difference_micros
      from entry e join account a on a.lane = e.lane and a.number = e.account
      group by e.lane, e.block, e.position, e.command_index, e.command, a.unit having sum(e.amount) <> 0`,
  }),
  sqlProof({
    rule: 'K4',
    what: 'each account’s postings are numbered from 1 without a gap and each balance is the one before it plus its posting',
    unit: 'posting',
    cases: 'select count(*) as cases from entry',
    broken: `select lane, account, sequence, amount, balance_after from (
        select e.*, row_number() over w as expected_sequence,
          sum(amount) over (partition by lane, account order by sequence rows unbounded preceding) as expected_balance
        from entry e window w as (partition by lane, account order by sequence)) x
      where sequence <> expected_sequence or balance_after <> expected_balance`,
  }),
  sqlProof({
    rule: 'K2',
    what: 'each balance is the sum of its account’s postings, and what is held of it the sum of its open holds',
    unit: 'account',
    cases: 'select count(*) as cases from account',
    broken: `select a.lane, a.number as account, a.balance, a.held, coalesce(e.amount, 0) as posted, coalesce(h.remaining, 0) as holds
      from account a
      left join (select lane, account, sum(amount) as amount, count(*) as postings from entry group by lane, account) e
        on e.lane = a.lane and e.account = a.number
      left join (select lane, account, sum(remaining) as remaining from hold group by lane, account) h
        on h.lane = a.lane and h.account = a.number
      where a.balance <> coalesce(e.amount, 0) or a.postings <> coalesce(e.postings, 0)
        or a.held <> coalesce(h.remaining, 0)`,
  }),
  sqlProof({
    rule: 'K3',
    what: 'no account with a floor lies below it, holds taken off',
    unit: 'account',
    cases: 'select count(*) as cases from account where floor is not null',
    broken: `select lane, number as account, balance, held, floor from account
      where floor is not null and balance - held < floor and balance - held < 0`,
  }),
  sqlProof({
    rule: 'K2',
    what: 'all balances of each unit come to zero',
    unit: 'unit',
    cases: 'select count(*) as cases from unit',
    broken: `select a.lane, a.unit, sum(a.balance) as difference_micros from account a
      group by a.lane, a.unit having sum(a.balance) <> 0`,
  }),
  sqlProof({
    rule: 'TOK-01',
    what: 'in each Sparkz series minted − burned = what all holders have, held or free, and is at most its ceiling',
    unit: 'series',
    cases: `select count(*) as cases from unit where kind = 'SPARKZ'`,
    broken: `select u.lane, u.number as unit, coalesce(m.minted, 0) as minted, coalesce(m.burned, 0) as burned,
        coalesce(b.balance, 0) as holders_have, u.ceiling
      from unit u
      left join (
        select a.lane, a.unit,
          sum(case when e.command = 'sparkzMint' then e.amount else 0 end) as minted,
          -sum(case when e.command = 'sparkzBurn' then e.amount else 0 end) as burned
        from entry e join account a on a.lane = e.lane and a.number = e.account
        where a.kind <> 'ISSUER' group by a.lane, a.unit) m on m.lane = u.lane and m.unit = u.number
      left join (select lane, unit, sum(balance) as balance from account where kind <> 'ISSUER' group by lane, unit) b
        on b.lane = u.lane and b.unit = u.number
      where u.kind = 'SPARKZ' and (coalesce(m.minted, 0) - coalesce(m.burned, 0) <> coalesce(b.balance, 0)
        or coalesce(b.balance, 0) > u.ceiling)`,
  }),
];
