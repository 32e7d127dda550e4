/** Agreements of two connections: their states, and which of them count in an interval. */
import { LIMITS } from '../../../schema/limits.js';
import { AGREEMENT_KIND, AGREEMENT_STATE } from '../../../schema/trade/market.js';
import type { Records } from '../../kernel/records.js';
import type { Context } from '../../kernel/registry.js';
import { require } from '../../kernel/unit-of-work.js';
import { existing } from './access.js';
import {
  AGREEMENTS,
  BOOKS,
  CONNECTIONS,
  type AgreementRecord,
  type BookRecord,
  type ConnectionRecord,
} from './pages.js';
import { PastVersions } from './past-versions.js';

export const PROPOSED = AGREEMENT_STATE.indexOf('PROPOSED');
export const ACCEPTED = AGREEMENT_STATE.indexOf('ACCEPTED');
export const REJECTED = AGREEMENT_STATE.indexOf('REJECTED');
export const CANCELLED = AGREEMENT_STATE.indexOf('CANCELLED');
export const CONTRACTED = AGREEMENT_KIND.indexOf('CONTRACTED');

/** Agreements by which one connection sells in an interval, at most. */
export const SELLS_AT_MOST = LIMITS.contractsPerSide + LIMITS.nominationsPerSide;

const EMPTY: BookRecord = { sells: [], buys: [], proposals: 0, sellsFrom: 0, older: 0 };
const scopeOf = (c: ConnectionRecord): string => `${c.network}.`;

export const bookOf = (records: Records, connection: ConnectionRecord): BookRecord =>
  records.get(BOOKS, connection.slot, scopeOf(connection)) ?? EMPTY;

/** The agreement, provided that the participant which acts owns a side of it; tells which. */
export function ownAgreement(
  c: Context,
  market: number,
  number: number,
): { record: AgreementRecord; mine: number; isProposer: boolean } {
  const record = existing(c, AGREEMENTS, number, 'agreement');
  require(record.market === market, 'NOT_FOUND', 'agreement');
  const owns = (connection: number): boolean =>
    c.records.get(CONNECTIONS, connection)?.participant === c.actor;
  const mine = owns(record.seller) ? record.seller : record.buyer;
  require(owns(mine), 'NOT_FOUND', 'agreement');
  return { record, mine, isProposer: mine === record.proposedBy };
}

/** Counts a proposal of a connection in, or out once it is answered. */
export function countProposal(c: Context, connection: number, change: 1 | -1): void {
  const record = existing(c, CONNECTIONS, connection, 'connection');
  const book = bookOf(c.records, record);
  const proposals = book.proposals + change;
  require(proposals <= LIMITS.proposalsPerConnection, 'LIMIT_REACHED', 'agreement');
  c.records.put(BOOKS, record.slot, { ...book, proposals }, scopeOf(record));
}

/**
 * What a connection sold by, as versions of its list: each holds from the interval that was the first open one when
 * it was made. An agreement counts from there on at the earliest, and one that was dropped from the list had ended
 * by then, so that the list of an interval holds all that count in it, and no more than a side may have.
 */
const PAST_SELLS = new PastVersions<readonly [fromMs: number, agreements: readonly number[]]>('book');

/** Enters an accepted agreement on both sides; each side keeps to its limit of agreements that have not ended. */
export function enterAgreement(
  c: Context,
  number: number,
  record: AgreementRecord,
  firstOpenMs: number,
): void {
  for (const side of ['sells', 'buys'] as const) {
    const connection = existing(c, CONNECTIONS, side === 'sells' ? record.seller : record.buyer, 'agreement');
    let book = bookOf(c.records, connection);
    c.records.needThese(AGREEMENTS, book[side]);
    const list = book[side].filter((n) => countsFrom(c.records, n, firstOpenMs));
    const sameKind = list.filter(
      (n) => (c.records.get(AGREEMENTS, n) as AgreementRecord).kind === record.kind,
    );
    const limit = record.kind === CONTRACTED ? LIMITS.contractsPerSide : LIMITS.nominationsPerSide;
    require(sameKind.length < limit, 'LIMIT_REACHED', 'agreement');
    if (side === 'sells') book = withSellsFrom(c, connection, book, firstOpenMs);
    c.records.put(BOOKS, connection.slot, { ...book, [side]: [...list, number] }, scopeOf(connection));
  }
}

/** Whether an agreement counts in any interval from an instant on: an end before its start is none. */
function countsFrom(records: Records, number: number, instantMs: number): boolean {
  const { from, to } = records.get(AGREEMENTS, number) as AgreementRecord;
  return to === null || to > Math.max(from, instantMs);
}

/** The book with a list of sales that holds from an interval on; the one before it is kept where it ever counted. */
function withSellsFrom(
  c: Context,
  connection: ConnectionRecord,
  book: BookRecord,
  fromMs: number,
): BookRecord {
  if (book.sellsFrom === fromMs) return book;
  const counted = book.sells.filter((n) => countsFrom(c.records, n, book.sellsFrom));
  if (counted.length === 0) return { ...book, sellsFrom: fromMs };
  const scope = `${scopeOf(connection)}${connection.slot}.`;
  PAST_SELLS.push(c.records, scope, book.older, [book.sellsFrom, counted]);
  return { ...book, sellsFrom: fromMs, older: book.older + 1 };
}

const BOOK = BOOKS.at;
const AGREEMENT = AGREEMENTS.at;
const NONE: readonly number[] = [];

/**
 * Agreements in which the connection of a slot sells in the interval that starts at an instant, by number. `scope` is
 * that of what the network keeps by its slots, most of which sell by no agreement.
 */
export function sellsAt(records: Records, scope: string, slot: number, startMs: number): readonly number[] {
  const list = sellsHeldAt(records, scope, slot, startMs);
  if (list.length === 0) return list;
  records.needThese(AGREEMENTS, list);
  return list.filter((n) => countsAt(records, n, startMs)).sort((a, b) => a - b);
}

/** The list of sales of a slot that holds in an interval. */
function sellsHeldAt(records: Records, scope: string, slot: number, startMs: number): readonly number[] {
  const { columns } = records.pageOf(BOOKS, slot, scope);
  const i = slot % BOOKS.perPage;
  const sells = columns[BOOK.sells][i] as readonly number[] | null | undefined;
  if (!sells) return NONE;
  if (startMs >= (columns[BOOK.sellsFrom][i] as number)) return sells;
  const older = columns[BOOK.older][i] as number;
  return PAST_SELLS.at(records, `${scope}${slot}.`, older, startMs)?.[1] ?? NONE;
}

/** Whether an agreement counts in the interval that starts at an instant. */
function countsAt(records: Records, number: number, startMs: number): boolean {
  const { columns } = records.pageOf(AGREEMENTS, number);
  const i = number % AGREEMENTS.perPage;
  const to = columns[AGREEMENT.to][i] as number | null;
  return (columns[AGREEMENT.from][i] as number) <= startMs && (to === null || startMs < to);
}

/**
 * No fewer than the agreements by which the connections of the slots below `slots` sell in an interval. Where a list
 * of the past holds in it, that counts as the most that it may have.
 */
export function sellsAtMost(records: Records, network: number, slots: number, startMs: number): number {
  const scope = `${network}.`;
  records.needAll(BOOKS, slots, scope);
  let sum = 0;
  for (let slot = 0; slot < slots; slot++) {
    const book = records.get(BOOKS, slot, scope);
    if (!book) continue;
    if (startMs >= book.sellsFrom) sum += book.sells.length;
    else if (book.older > 0) sum += SELLS_AT_MOST;
  }
  return sum;
}
