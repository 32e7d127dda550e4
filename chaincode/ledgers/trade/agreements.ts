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
  ENDED_AGREEMENTS,
  type AgreementRecord,
  type BookRecord,
  type ConnectionRecord,
} from './pages.js';

export const PROPOSED = AGREEMENT_STATE.indexOf('PROPOSED');
export const ACCEPTED = AGREEMENT_STATE.indexOf('ACCEPTED');
export const REJECTED = AGREEMENT_STATE.indexOf('REJECTED');
export const CANCELLED = AGREEMENT_STATE.indexOf('CANCELLED');
export const CONTRACTED = AGREEMENT_KIND.indexOf('CONTRACTED');

const EMPTY: BookRecord = { sells: [], buys: [], proposals: 0, ended: 0, endedUntil: 0 };
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

/** Enters an accepted agreement on both sides; each side keeps to its limit of agreements that have not ended. */
export function enterAgreement(
  c: Context,
  number: number,
  record: AgreementRecord,
  firstOpenMs: number,
): void {
  for (const side of ['sells', 'buys'] as const) {
    const connection = existing(c, CONNECTIONS, side === 'sells' ? record.seller : record.buyer, 'agreement');
    const book = withoutEnded(c, connection, firstOpenMs);
    const sameKind = book[side].filter(
      (n) => (c.records.get(AGREEMENTS, n) as AgreementRecord).kind === record.kind,
    );
    const limit = record.kind === CONTRACTED ? LIMITS.contractsPerSide : LIMITS.nominationsPerSide;
    require(sameKind.length < limit, 'LIMIT_REACHED', 'agreement');
    c.records.put(BOOKS, connection.slot, { ...book, [side]: [...book[side], number] }, scopeOf(connection));
  }
}

/** The book without agreements that ended before the first interval that is still open; sold ones are kept apart. */
function withoutEnded(c: Context, connection: ConnectionRecord, firstOpenMs: number): BookRecord {
  const book = bookOf(c.records, connection);
  const end = (n: number): number =>
    (c.records.get(AGREEMENTS, n) as AgreementRecord).to ?? Number.MAX_SAFE_INTEGER;
  const isLive = (n: number): boolean => end(n) > firstOpenMs;
  let { ended, endedUntil } = book;
  for (const agreement of book.sells.filter((n) => !isLive(n))) {
    c.records.put(ENDED_AGREEMENTS, ended++, { agreement }, `${scopeOf(connection)}${connection.slot}.`);
    endedUntil = Math.max(endedUntil, end(agreement));
  }
  return { ...book, sells: book.sells.filter(isLive), buys: book.buys.filter(isLive), ended, endedUntil };
}

/** Agreements in which the connection of a slot sells in the interval that starts at an instant, by number. */
export function sellsAt(records: Records, network: number, slot: number, startMs: number): number[] {
  const scope = `${network}.`;
  const book = records.get(BOOKS, slot, scope);
  if (!book || (book.sells.length === 0 && book.endedUntil <= startMs)) return [];
  const numbers = [...book.sells];
  if (startMs < book.endedUntil) {
    for (let i = 0; i < book.ended; i++) {
      numbers.push((records.get(ENDED_AGREEMENTS, i, `${scope}${slot}.`) as { agreement: number }).agreement);
    }
  }
  return numbers
    .filter((n) => {
      const { from, to } = records.get(AGREEMENTS, n) as AgreementRecord;
      return from <= startMs && (to === null || startMs < to);
    })
    .sort((a, b) => a - b);
}
