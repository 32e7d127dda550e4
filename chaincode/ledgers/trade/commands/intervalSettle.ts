import { hash } from 'node:crypto';
import { LIMITS } from '../../../../schema/limits.js';
import {
  intervalSettle as shape,
  intervalSettled,
  receivablesRaised,
  tradesMade,
} from '../../../../schema/trade/metering.js';
import type { EventColumns } from '../../../../schema/command.js';
import { instant, wh, type MicrosPerMWh } from '../../../../schema/units.js';
import { rule, type Context } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market, network, requireOwnLane } from '../access.js';
import { OPEN, requireOnGrid } from '../grid.js';
import { intervalScope, KEPT_POSTINGS, RUNS, type MarketRecord } from '../pages.js';
import { post } from '../post.js';
import { assertConservation, billMembers } from '../rules/settle-members.js';
import { runWaterfall } from '../rules/waterfall.js';
import { gatherInputs, type SettlementInputs } from '../settlement-inputs.js';
import { settlementPostings } from '../settlement-postings.js';

/** First run of an interval. */
const FIRST_RUN = 0;

/**
 * Settles an interval on its metered actuals: the whole waterfall in one unit of work. The outcome is a function of
 * the ledger, never of who came (P2P-14).
 */
export const intervalSettle = rule(
  shape,
  {
    roles: ['HOST', 'NETWORK_OPERATOR', 'MARKET_OPERATOR', 'METERING_DATA_PROVIDER', 'PARTICIPANT'],
    consent: 'none',
    reason: false,
  },
  (c, args) => {
    const record = market(c, args.market);
    requireDue(c, record, args.start);
    const runScope = intervalScope(args.market, args.start);
    require(c.records.get(RUNS, FIRST_RUN, runScope) === undefined, 'ALREADY_SETTLED', 'start');
    const keptScope = `${runScope}${FIRST_RUN}.`;
    c.records.needAll(KEPT_POSTINGS, 1, keptScope);

    const inputs = gatherInputs(c, args.market, record, args.start);
    const { members } = inputs.interval;
    const result = runWaterfall(inputs.interval);
    assertConservation(inputs.interval, result);
    const bills = billMembers(
      inputs.interval,
      result,
      inputs.tariffs.map((tariff) => tariff.lines),
      inputs.sanctionedLoadW,
      inputs.durationSeconds,
    );
    const { postings, receivables } = settlementPostings(c, inputs, bills.billMicros, bills.payees, [
      record.roundingAccount,
      bills.roundingMicros,
    ]);

    const rows = {
      connection: inputs.connection,
      readingRevision: inputs.revision,
      importWh: members.importWh,
      exportWh: members.exportWh,
      contractedBoughtWh: result.contractedBoughtWh,
      contractedSoldWh: result.contractedSoldWh,
      nominatedBoughtWh: result.nominatedBoughtWh,
      nominatedSoldWh: result.nominatedSoldWh,
      communityBoughtWh: result.communityBoughtWh,
      communitySoldWh: result.communitySoldWh,
      bilateralMicros: result.bilateralMicros,
      tariff: inputs.tariff,
      tariffVersion: inputs.tariffs.map((tariff) => tariff.version),
      residualImportMicros: bills.residualImportMicros,
      residualExportMicros: bills.residualExportMicros,
      leviesMicros: bills.leviesMicros,
      standingMicros: bills.standingMicros,
      retailOnlyMicros: bills.retailOnlyMicros,
    };
    const inputDigest = inputDigestOf(inputs);
    const outputDigest = hash(
      'sha256',
      JSON.stringify([
        result.communityPriceMicrosPerMWh,
        result.unmatchedByCapWh,
        Object.values(rows),
        result.trades.map((t) => [t.agreement, t.quantityWh, t.priceMicrosPerMWh, t.amountMicros]),
        postings,
      ]),
    );
    c.accounts.need(postings.map(([account]) => account));
    c.records.needAll(KEPT_POSTINGS, postings.length, keptScope);
    c.records.put(
      RUNS,
      FIRST_RUN,
      { stale: 0, price: result.communityPriceMicrosPerMWh, inputDigest, outputDigest },
      runScope,
    );
    postings.forEach(([account, amountMicros], i) => {
      c.records.put(KEPT_POSTINGS, i, { account, amountMicros }, keptScope);
    });

    const run = { market: args.market, start: args.start, run: FIRST_RUN };
    c.emit(
      intervalSettled,
      {
        ...run,
        kind: 'INITIAL',
        backfill: args.start < (record.openedAt as number),
        communityPriceMicrosPerMWh: result.communityPriceMicrosPerMWh as MicrosPerMWh | null,
        unmatchedByCapWh: wh(result.unmatchedByCapWh),
        inputDigest,
        outputDigest,
      },
      rows as unknown as EventColumns<typeof intervalSettled>,
    );
    if (result.trades.length > 0) {
      c.emit(tradesMade, run, {
        agreement: result.trades.map((t) => t.agreement),
        seller: result.trades.map((t) => inputs.connection[t.seller]),
        buyer: result.trades.map((t) => inputs.connection[t.buyer]),
        quantityWh: result.trades.map((t) => t.quantityWh),
        priceMicrosPerMWh: result.trades.map((t) => t.priceMicrosPerMWh),
        amountMicros: result.trades.map((t) => t.amountMicros),
      } as unknown as EventColumns<typeof tradesMade>);
    }
    if (postings.length > 0) post(c, postings);
    if (receivables.length > 0) {
      c.emit(
        receivablesRaised,
        { market: args.market, dueAt: instant(c.ledgerTimeMs + LIMITS.receivableDueMs) },
        {
          connection: receivables.map((r) => r.connection),
          account: receivables.map((r) => r.account),
          amountMicros: receivables.map((r) => r.amountMicros),
        } as unknown as EventColumns<typeof receivablesRaised>,
      );
    }
  },
);

/** Who may trigger it, and when: the market is open and the interval is over by ledger time. */
function requireDue(c: Context, record: MarketRecord, startMs: number): void {
  const of = network(c, record.network);
  if (c.role === 'HOST') requireOwnLane(c);
  if (c.role === 'NETWORK_OPERATOR') require(of.operator === c.organisation, 'NOT_FOUND', 'market');
  require(record.state === OPEN, 'WRONG_STATE', 'market');
  requireOnGrid(of, startMs, 'start');
  require(startMs + of.intervalSeconds * 1000 <= c.ledgerTimeMs, 'INTERVAL_NOT_OVER', 'start');
}

/** Digest of all that the run read: two runs of one digest have one outcome. */
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
      inputs.tariffs.map((tariff) => tariff.version),
      offers,
      [interval.kNumerator, interval.kDenominator, interval.capMicrosPerMWh],
    ]),
  );
}
