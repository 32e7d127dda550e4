import { LIMITS } from '../../../../schema/limits.js';
import { TARIFF_BASIS, tariffPublish as shape, tariffPublished } from '../../../../schema/trade/market.js';
import { rule, type Context } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { account, market, requireOwnLane } from '../access.js';
import { requireNear, requireNotBackdated } from '../grid.js';
import { TARIFF_LINES, TARIFFS, type TariffRecord } from '../pages.js';
import { lineScope } from '../tariffs.js';
import type { Args } from '../../../../schema/command.js';

/** A later version of a tariff never counts in an interval that has begun in a market that uses it (K5). */
export const tariffPublish = rule(
  shape,
  { roles: ['HOST', 'DISTRIBUTOR'], consent: 'none', reason: false },
  (c, { tariffId, effectiveFrom, lines }) => {
    if (c.role === 'HOST') requireOwnLane(c);
    require(lines.length > 0, 'INVALID_INPUT', 'lines');
    require(new Set(lines.map((line) => line.lineId)).size === lines.length, 'INVALID_INPUT', 'lines');
    const unit = unitOf(c, lines);
    const space = `tariff.${c.organisation}`;
    let tariff = c.names.find(space, tariffId);
    let record: TariffRecord = { owner: c.organisation, unit, from: [], markets: [] };
    if (tariff === undefined) {
      tariff = c.next('tariff');
      c.names.add(space, tariffId, tariff);
    } else {
      record = c.records.get(TARIFFS, tariff) as TariffRecord;
    }
    require(record.unit === unit, 'UNIT_MISMATCH', 'lines');
    require(effectiveFrom > (record.from.at(-1) ?? -1), 'VERSION_NOT_LATER', 'effectiveFrom');
    require(record.from.length < LIMITS.tariffVersions, 'LIMIT_REACHED', 'tariffId');
    requireNear(c, effectiveFrom);
    for (const number of record.markets) requireNotBackdated(c, market(c, number), effectiveFrom);
    const version = record.from.length + 1;
    c.records.put(TARIFFS, tariff, { ...record, from: [...record.from, effectiveFrom] });
    lines.forEach((line, i) => {
      c.records.put(
        TARIFF_LINES,
        i,
        {
          lineId: line.lineId,
          payee: line.payee,
          basis: TARIFF_BASIS.indexOf(line.basis),
          rateMicros: line.rateMicros,
          taxCode: line.taxCode,
          staysPayable: line.staysPayableOnTraded ? 1 : 0,
        },
        lineScope(tariff, version),
      );
    });
    c.emit(tariffPublished, { tariff, version });
  },
);

/** The one unit of all payees. Only whoever publishes may be made to pay: feed-in, and lines of a negative rate. */
function unitOf(c: Context, lines: Args<typeof shape>['lines']): number {
  let unit = 0;
  for (const line of lines) {
    const payee = account(c, line.payee, ['PAYEE'], 'lines');
    const mayPay = line.basis === 'EXPORT_WH' ? line.rateMicros > 0 : line.rateMicros < 0;
    require(!mayPay || payee.organisation === c.organisation, 'NOT_AUTHORISED', 'lines');
    require(unit === 0 || payee.unit === unit, 'UNIT_MISMATCH', 'lines');
    unit = payee.unit;
  }
  return unit;
}
