import { LIMITS } from '../../../../schema/limits.js';
import { runOpen as shape, runOpened } from '../../../../schema/trade/metering.js';
import type { MicrosPerMWh } from '../../../../schema/units.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { account, market } from '../access.js';
import { intervalScope, OPEN_RUNS, RUNS } from '../pages.js';
import { computeSettlement, FIRST_RUN, MAY_SETTLE, requireDue } from '../settlement.js';

/**
 * Opens a run in parts. What it reads is fixed from here on: rules never change for an interval that has begun (K5),
 * and its readings are not revised while the run is open.
 */
export const runOpen = rule(shape, MAY_SETTLE, (c, { market: number, start, clearingAccount }) => {
  const record = market(c, number);
  requireDue(c, record, start);
  const runScope = intervalScope(number, start);
  require(c.records.get(RUNS, FIRST_RUN, runScope) === undefined, 'ALREADY_SETTLED', 'start');
  require(c.records.get(OPEN_RUNS, FIRST_RUN, runScope) === undefined, 'RUN_OPEN', 'start');
  const clearing = account(c, clearingAccount, ['CLEARING'], 'clearingAccount');
  require(clearing.unit === record.unit, 'UNIT_MISMATCH', 'clearingAccount');

  const { inputs, result, inputDigest } = computeSettlement(c, number, record, start);
  const members = inputs.connection.length;
  require(members > LIMITS.metersPerSettlement, 'SETTLEMENT_SMALL', 'start');
  const parts = Math.ceil(members / LIMITS.metersPerSettlement);
  c.records.put(
    OPEN_RUNS,
    FIRST_RUN,
    { parts, posted: 0, clearingAccount, clearingMicros: 0, kept: 0, inputDigest, outputDigest: '' },
    runScope,
  );
  c.emit(runOpened, {
    ...{ market: number, start, run: FIRST_RUN, parts, inputDigest },
    communityPriceMicrosPerMWh: result.communityPriceMicrosPerMWh as MicrosPerMWh | null,
  });
});
