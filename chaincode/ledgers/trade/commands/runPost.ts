import { addSafe } from '../../../../schema/arithmetic.js';
import { Refusal } from '../../../../schema/errors.js';
import { LIMITS } from '../../../../schema/limits.js';
import { runCompleted, runPartPosted, runPost as shape } from '../../../../schema/trade/metering.js';
import { wh, type MicrosPerMWh } from '../../../../schema/units.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market } from '../access.js';
import { SELLS_AT_MOST } from '../agreements.js';
import { intervalScope, KEPT_POSTINGS, OPEN_RUNS, RUNS } from '../pages.js';
import { communityRounding } from '../rules/settle-members.js';
import {
  computeSettlement,
  FIRST_RUN,
  keepPostings,
  MAY_SETTLE,
  needPostings,
  outputDigestOf,
  postStretch,
  requireDue,
  settlementInputs,
  settleStretch,
} from '../settlement.js';

/**
 * Posts the next part of an open run. The whole is computed anew, which is cheaper than keeping it, and must be what
 * was opened; the parts balance through the clearing account, which the last one levels (K2).
 */
export const runPost = rule(shape, MAY_SETTLE, (c, { market: number, start, from, members }) => {
  const record = market(c, number);
  const of = requireDue(c, record, start);
  const runScope = intervalScope(number, start);
  const open = c.records.get(OPEN_RUNS, FIRST_RUN, runScope);
  require(open !== undefined, 'RUN_NOT_OPEN', 'start');
  require(open.posted < open.members, 'ALREADY_SETTLED', 'start');
  require(from >= open.posted, 'ALREADY_SETTLED', 'from');
  require(from === open.posted, 'WRONG_STATE', 'from');
  const keptScope = `${runScope}${FIRST_RUN}.`;
  c.records.needAll(KEPT_POSTINGS, open.kept + 1, keptScope);
  c.records.get(RUNS, FIRST_RUN, runScope);

  const to = Math.min(from + members, open.members);
  const isLast = to === open.members;
  // Each part computes the whole anew: a run in parts of a few would cost as many settlements.
  const requireLines = (trades: number): void =>
    require(isLast || to - from + trades >= LIMITS.linesPerPart, 'PART_TOO_SMALL', 'members');
  requireLines((to - from) * SELLS_AT_MOST);

  const inputs = settlementInputs(c, number, record, of, start);
  const settlement = computeSettlement(inputs);
  const { result, inputDigest } = settlement;
  if (inputDigest !== open.inputDigest) throw new Refusal('CONSERVATION');
  const roundingMicros = isLast ? communityRounding(result) : 0;
  const { clearingAccount } = open;
  const stretch = settleStretch(
    c,
    settlement,
    { from, to },
    [record.roundingAccount, roundingMicros],
    clearingAccount,
  );
  requireLines(stretch.trades.length);
  const clearingMicros = addSafe(open.clearingMicros, stretch.clearingMicros);
  if (isLast && clearingMicros !== 0) throw new Refusal('CONSERVATION');
  const outputDigest = outputDigestOf(result, stretch, open.outputDigest);
  const price = result.communityPriceMicrosPerMWh as MicrosPerMWh | null;
  needPostings(c, stretch, keptScope, open.kept);
  const kept = open.kept + stretch.postings.length;
  c.records.put(OPEN_RUNS, FIRST_RUN, { ...open, posted: to, clearingMicros, kept, outputDigest }, runScope);
  keepPostings(c, stretch, keptScope, open.kept);

  const run = { market: number, start, run: FIRST_RUN };
  c.emit(runPartPosted, { ...run, from, communityPriceMicrosPerMWh: price }, stretch.rows);
  postStretch(c, run, settlement, stretch);
  if (!isLast) return;
  c.records.put(RUNS, FIRST_RUN, { stale: 0, price, inputDigest, outputDigest }, runScope);
  const { importWh, exportWh } = inputs.interval.members;
  c.emit(runCompleted, {
    ...run,
    kind: 'INITIAL',
    backfill: start < (record.openedAt as number),
    communityPriceMicrosPerMWh: price,
    unmatchedByCapWh: wh(result.unmatchedByCapWh),
    inputDigest,
    outputDigest,
    importWh: wh(importWh.reduce(addSafe, 0)),
    exportWh: wh(exportWh.reduce(addSafe, 0)),
    members: open.members,
  });
});
