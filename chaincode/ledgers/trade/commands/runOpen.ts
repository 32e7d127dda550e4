import { runOpen as shape, runOpened } from '../../../../schema/trade/metering.js';
import type { MicrosPerMWh } from '../../../../schema/units.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { account, market } from '../access.js';
import { intervalScope, OPEN_RUNS, RUNS } from '../pages.js';
import {
  computeSettlement,
  FIRST_RUN,
  isLarge,
  MAY_SETTLE,
  requireDue,
  requireMaybeLarge,
  requireUnsettled,
  settlementInputs,
} from '../settlement.js';

/**
 * Opens a run in parts. What it reads is fixed from here on: rules never change for an interval that has begun (K5),
 * and its readings are not revised while the run is open.
 */
export const runOpen = rule(shape, MAY_SETTLE, (c, { market: number, start, clearingAccount }) => {
  const record = market(c, number);
  const of = requireDue(c, record, start);
  const runScope = intervalScope(number, start);
  requireUnsettled(c, runScope);
  const clearing = account(c, clearingAccount, ['CLEARING'], 'clearingAccount');
  require(clearing.unit === record.unit, 'UNIT_MISMATCH', 'clearingAccount');

  requireMaybeLarge(c, record, start);
  const inputs = settlementInputs(c, number, record, of, start);
  require(isLarge(inputs), 'SETTLEMENT_SMALL', 'start');
  const { result, inputDigest } = computeSettlement(inputs);
  const members = inputs.connection.length;
  const price = result.communityPriceMicrosPerMWh;
  c.records.get(OPEN_RUNS, FIRST_RUN, runScope);
  c.records.put(RUNS, FIRST_RUN, { stale: 0, price, inputDigest, outputDigest: '' }, runScope);
  c.records.put(
    OPEN_RUNS,
    FIRST_RUN,
    { members, posted: 0, clearingAccount, clearingMicros: 0, kept: 0, inputDigest, outputDigest: '' },
    runScope,
  );
  c.emit(runOpened, {
    ...{ market: number, start, run: FIRST_RUN, members, inputDigest },
    communityPriceMicrosPerMWh: price as MicrosPerMWh | null,
  });
});
