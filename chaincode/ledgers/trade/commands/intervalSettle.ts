import { intervalSettle as shape, intervalSettled } from '../../../../schema/trade/metering.js';
import { wh, type MicrosPerMWh } from '../../../../schema/units.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market } from '../access.js';
import { intervalScope, KEPT_POSTINGS, RUNS } from '../pages.js';
import { communityRounding } from '../rules/settle-members.js';
import {
  computeSettlement,
  FIRST_RUN,
  isLarge,
  keepPostings,
  MAY_SETTLE,
  needPostings,
  outputDigestOf,
  postStretch,
  requireDue,
  requireUnsettled,
  settlementInputs,
  settleStretch,
} from '../settlement.js';

/**
 * Settles an interval on its metered actuals: the whole waterfall in one unit of work. The outcome is a function of
 * the ledger, never of who came (P2P-14).
 */
export const intervalSettle = rule(shape, MAY_SETTLE, (c, { market: number, start }) => {
  const record = market(c, number);
  const of = requireDue(c, record, start);
  const runScope = intervalScope(number, start);
  requireUnsettled(c, runScope);
  const keptScope = `${runScope}${FIRST_RUN}.`;
  const inputs = settlementInputs(c, number, record, of, start, () =>
    c.records.needAll(KEPT_POSTINGS, 1, keptScope),
  );
  require(!isLarge(inputs), 'SETTLEMENT_TOO_LARGE', 'start');
  const settlement = computeSettlement(inputs);
  const { result, inputDigest } = settlement;
  const whole = settleStretch(c, settlement, { from: 0, to: inputs.connection.length }, [
    record.roundingAccount,
    communityRounding(result),
  ]);
  const outputDigest = outputDigestOf(result, whole);
  const price = result.communityPriceMicrosPerMWh;
  needPostings(c, whole, keptScope);
  c.records.put(RUNS, FIRST_RUN, { stale: 0, price, inputDigest, outputDigest }, runScope);
  keepPostings(c, whole, keptScope);

  const run = { market: number, start, run: FIRST_RUN };
  c.emit(
    intervalSettled,
    {
      ...run,
      kind: 'INITIAL',
      backfill: start < (record.openedAt as number),
      communityPriceMicrosPerMWh: price as MicrosPerMWh | null,
      unmatchedByCapWh: wh(result.unmatchedByCapWh),
      inputDigest,
      outputDigest,
    },
    whole.rows,
  );
  postStretch(c, run, settlement, whole);
});
