/**
 * The settlement of an interval: what it comes to, and the posting of all its members or of a stretch of them. One
 * transaction settles what fits into one; a larger interval is opened and posted in parts (trade.md).
 */
import { hash } from 'node:crypto';
import type { EventColumns } from '../../../schema/command.js';
import { Refusal } from '../../../schema/errors.js';
import { LIMITS } from '../../../schema/limits.js';
import type { intervalSettled } from '../../../schema/trade/metering.js';
import { receivablesRaised, tradesMade } from '../../../schema/trade/metering.js';
import { instant } from '../../../schema/units.js';
import type { Authority } from '../../kernel/authority.js';
import type { Context } from '../../kernel/registry.js';
import { require } from '../../kernel/unit-of-work.js';
import { network, requireOwnLane } from './access.js';
import { SELLS_AT_MOST, sellsAtMost } from './agreements.js';
import { OPEN, requireOnGrid } from './grid.js';
import { requireReadings, SLOTS_PER_WORK } from './members.js';
import { isOpen, KEPT_POSTINGS, RUNS, type MarketRecord, type NetworkRecord } from './pages.js';
import { post } from './post.js';
import type { IntervalResult } from './rules/interval.js';
import { assertConservation, billMembers, type Stretch } from './rules/settle-members.js';
import { runWaterfall } from './rules/waterfall.js';
import { gatherInputs, type SettlementInputs } from './settlement-inputs.js';
import { settlementPostings, type SettlementPostings } from './settlement-postings.js';

/** First run of an interval. */
export const FIRST_RUN = 0;

/** Whoever triggers it, the outcome is the same (P2P-14). */
export const MAY_SETTLE: Authority = {
  roles: ['HOST', 'NETWORK_OPERATOR', 'MARKET_OPERATOR', 'METERING_DATA_PROVIDER', 'PARTICIPANT'],
  consent: 'none',
  reason: false,
};

export interface Settlement {
  readonly inputs: SettlementInputs;
  readonly result: IntervalResult;
  /** Digest of all that the run read: two runs of one digest have one outcome. */
  readonly inputDigest: string;
}

/** Who may trigger it, and when: the market is open and the interval is over by ledger time. Answers its network. */
export function requireDue(c: Context, record: MarketRecord, startMs: number): NetworkRecord {
  const of = network(c, record.network);
  if (c.role === 'HOST') requireOwnLane(c);
  if (c.role === 'NETWORK_OPERATOR') require(of.operator === c.organisation, 'NOT_FOUND', 'market');
  require(record.state === OPEN, 'WRONG_STATE', 'market');
  requireOnGrid(of, startMs, 'start');
  require(startMs + of.intervalSeconds * 1000 <= c.ledgerTimeMs, 'INTERVAL_NOT_OVER', 'start');
  return of;
}

/** An interval is settled once: at once, or in the parts of one run. */
export function requireUnsettled(c: Context, runScope: string): void {
  const run = c.records.get(RUNS, FIRST_RUN, runScope);
  require(run === undefined, run && isOpen(run) ? 'RUN_OPEN' : 'ALREADY_SETTLED', 'start');
}

/** Work of a settlement beside that of its members. */
const WORK_PER_SETTLEMENT = 10;

/**
 * What a settlement reads: first whether it can be had, then the whole, which counts as the transaction's work. In
 * between, `needs` asks for what the command needs of its own, so that it does not gather the whole once more for it.
 */
export function settlementInputs(
  c: Context,
  number: number,
  record: MarketRecord,
  of: NetworkRecord,
  startMs: number,
  needs: () => void = () => undefined,
): SettlementInputs {
  const interval = {
    market: number,
    network: record.network,
    scope: `${record.network}.`,
    startMs,
    seconds: of.intervalSeconds,
  };
  requireReadings(c.records, interval, of.slots);
  needs();
  c.records.work.spend(of.slots + WORK_PER_SETTLEMENT);
  return gatherInputs(c, interval, record, of);
}

/** The whole waterfall on what the meters measured, its energy conserved (E1). */
export function computeSettlement(inputs: SettlementInputs): Settlement {
  const result = runWaterfall(inputs.interval);
  assertConservation(inputs.interval, result);
  return { inputs, result, inputDigest: inputDigestOf(inputs) };
}

const isLargeAs = (members: number, agreements: number): boolean =>
  members > LIMITS.metersPerSettlement || members + agreements > LIMITS.linesPerSettlement;

/** Whether an interval is more than one transaction takes. */
export const isLarge = ({ connection, interval }: SettlementInputs): boolean =>
  isLargeAs(connection.length, interval.contracts.length + interval.nominations.length);

/** Refuses an interval that cannot be large: by its network's size or, where that leaves it open, by its books. */
export function requireMaybeLarge(c: Context, record: MarketRecord, startMs: number): void {
  const { slots } = network(c, record.network);
  if (slots > LIMITS.metersPerSettlement) return;
  require(isLargeAs(slots, slots * SELLS_AT_MOST), 'SETTLEMENT_SMALL', 'start');
  c.records.work.spend(Math.ceil(slots / SLOTS_PER_WORK));
  const agreements = sellsAtMost(c.records, record.network, slots, startMs);
  require(isLargeAs(slots, agreements), 'SETTLEMENT_SMALL', 'start');
}

/** A stretch of members with all that is posted and told of it. */
export interface SettledStretch extends SettlementPostings {
  readonly rows: EventColumns<typeof intervalSettled>;
  readonly trades: IntervalResult['trades'];
  /** What the stretch leaves on the clearing account; 0 where it has none. */
  readonly clearingMicros: number;
}

/**
 * Bills a stretch. What its dues accounts owe beyond its payees goes to the clearing account; without one, the stretch
 * is the whole and must come out even.
 */
export function settleStretch(
  c: Context,
  { inputs, result }: Settlement,
  stretch: Stretch,
  rounding: readonly [account: number, amountMicros: number],
  clearingAccount?: number,
): SettledStretch {
  const { from, to } = stretch;
  const bills = billMembers(
    inputs.interval,
    result,
    inputs.tariffLines,
    inputs.sanctionedLoadW,
    inputs.durationSeconds,
    stretch,
  );
  const clearingMicros = bills.balanceMicros - rounding[1];
  if (clearingAccount === undefined && clearingMicros !== 0) throw new Refusal('CONSERVATION');
  const others = [...bills.payees, rounding];
  if (clearingAccount !== undefined) others.push([clearingAccount, clearingMicros]);
  const of = <T>(column: readonly T[]): readonly T[] => column.slice(from, to);
  const { members } = inputs.interval;
  const rows = {
    connection: of(inputs.connection),
    readingRevision: of(inputs.revision),
    importWh: of(members.importWh),
    exportWh: of(members.exportWh),
    contractedBoughtWh: of(result.contractedBoughtWh),
    contractedSoldWh: of(result.contractedSoldWh),
    nominatedBoughtWh: of(result.nominatedBoughtWh),
    nominatedSoldWh: of(result.nominatedSoldWh),
    communityBoughtWh: of(result.communityBoughtWh),
    communitySoldWh: of(result.communitySoldWh),
    bilateralMicros: of(result.bilateralMicros),
    tariff: of(inputs.tariff),
    tariffVersion: of(inputs.tariffVersion),
    residualImportMicros: bills.residualImportMicros,
    residualExportMicros: bills.residualExportMicros,
    leviesMicros: bills.leviesMicros,
    standingMicros: bills.standingMicros,
    retailOnlyMicros: bills.retailOnlyMicros,
  };
  return {
    ...settlementPostings(c, inputs, bills.owed, others),
    rows: rows as unknown as EventColumns<typeof intervalSettled>,
    // A trade belongs to the stretch of its seller.
    trades: result.trades.filter(({ seller }) => seller >= from && seller < to),
    clearingMicros,
  };
}

/** SHA-256 of what a stretch comes to; `before` is the digest of the parts before it. */
export const outputDigestOf = (
  { communityPriceMicrosPerMWh, unmatchedByCapWh }: IntervalResult,
  { rows, trades, postings }: SettledStretch,
  ...before: readonly string[]
): string =>
  hash(
    'sha256',
    JSON.stringify([
      ...before,
      communityPriceMicrosPerMWh,
      unmatchedByCapWh,
      Object.values(rows),
      trades.map((t) => [t.agreement, t.quantityWh, t.priceMicrosPerMWh, t.amountMicros]),
      postings,
    ]),
  );

/** Asks for all pages that the posting of a stretch touches, at once. */
export function needPostings(c: Context, { postings }: SettledStretch, keptScope: string, kept = 0): void {
  c.accounts.need(postings.map(([account]) => account));
  c.records.needAll(KEPT_POSTINGS, kept + postings.length, keptScope);
}

/** Keeps what is posted, for the differences of a later run. */
export function keepPostings(c: Context, { postings }: SettledStretch, keptScope: string, kept = 0): void {
  postings.forEach(([account, amountMicros], i) => {
    c.records.put(KEPT_POSTINGS, kept + i, { account, amountMicros }, keptScope);
  });
}

/** Tells the trades of a stretch, posts, and tells what became a receivable. */
export function postStretch(
  c: Context,
  run: { market: number; start: number; run: number },
  { inputs }: Settlement,
  { trades, postings, receivables }: SettledStretch,
): void {
  if (trades.length > 0) c.emit(tradesMade, run as never, tradeColumns(trades, inputs.connection));
  if (postings.length > 0) post(c, postings);
  if (receivables.length > 0) {
    c.emit(
      receivablesRaised,
      { market: run.market, dueAt: instant(c.ledgerTimeMs + LIMITS.receivableDueMs) },
      {
        connection: receivables.map((r) => r.connection),
        account: receivables.map((r) => r.account),
        amountMicros: receivables.map((r) => r.amountMicros),
      } as unknown as EventColumns<typeof receivablesRaised>,
    );
  }
}

function tradeColumns(
  trades: IntervalResult['trades'],
  connection: readonly number[],
): EventColumns<typeof tradesMade> {
  const columns = {
    agreement: [] as number[],
    seller: [] as number[],
    buyer: [] as number[],
    quantityWh: [] as number[],
    priceMicrosPerMWh: [] as number[],
    amountMicros: [] as number[],
    kind: [] as IntervalResult['trades'][number]['kind'][],
  };
  for (const trade of trades) {
    columns.agreement.push(trade.agreement);
    columns.seller.push(connection[trade.seller]);
    columns.buyer.push(connection[trade.buyer]);
    columns.quantityWh.push(trade.quantityWh);
    columns.priceMicrosPerMWh.push(trade.priceMicrosPerMWh);
    columns.amountMicros.push(trade.amountMicros);
    columns.kind.push(trade.kind);
  }
  return columns as unknown as EventColumns<typeof tradesMade>;
}

function inputDigestOf(inputs: SettlementInputs): string {
  const { interval } = inputs;
  const offers = [interval.contracts, interval.nominations].map((list) => list.map((o) => Object.values(o)));
  return hash(
    'sha256',
    JSON.stringify([
      interval.start,
      inputs.durationSeconds,
      inputs.connection,
      inputs.revision,
      Object.values(interval.members),
      inputs.sanctionedLoadW,
      inputs.tariff,
      inputs.tariffVersion,
      offers,
      [interval.kNumerator, interval.kDenominator, interval.capMicrosPerMWh],
    ]),
  );
}
