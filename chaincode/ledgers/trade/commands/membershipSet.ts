import { LIMITS } from '../../../../schema/limits.js';
import { membershipSet as shape } from '../../../../schema/trade/market.js';
import { hostedParticipant } from '../../../kernel/participants.js';
import { rule, type Context } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { account, existing, market, requireOwnLane } from '../access.js';
import { requireNotBackdated } from '../grid.js';
import { CONNECTIONS, TARIFFS, type MarketRecord } from '../pages.js';
import { versionAt } from '../tariffs.js';
import { MEMBERSHIPS } from '../versions.js';

/** A host makes a connection of its participant a member; a connection belongs to one market, so no Wh counts twice. */
export const membershipSet = rule(shape, { roles: ['HOST'], consent: 'none', reason: false }, (c, args) => {
  requireOwnLane(c, 'MARKET_HOST_LIMIT');
  const record = market(c, args.market);
  const connection = existing(c, CONNECTIONS, args.connection, 'connection');
  hostedParticipant(c.records, connection.participant, c.organisation);
  require(connection.network === record.network, 'NOT_FOUND', 'connection');
  require(connection.market === 0 || connection.market === args.market, 'MEMBER_ELSEWHERE', 'connection');
  requireNotBackdated(c, record, args.effectiveFrom);
  for (const [field, kind] of [
    ['duesAccount', 'DUES'],
    ['receivableAccount', 'RECEIVABLE'],
  ] as const) {
    const info = account(c, args[field], [kind], field);
    require(info.owner === connection.participant, 'NOT_FOUND', field);
    require(info.unit === record.unit, 'UNIT_MISMATCH', field);
  }
  useTariff(c, args.tariff, args.market, record, args.effectiveFrom);
  if (connection.market === 0) {
    c.records.put(CONNECTIONS, args.connection, { ...connection, market: args.market });
  }
  MEMBERSHIPS.push(c.records, `${record.network}.`, connection.slot, [
    args.effectiveFrom,
    args.tariff,
    args.duesAccount,
    args.receivableAccount,
  ]);
});

/** From here on the tariff knows the market, so that its later versions are held to the market's intervals. */
function useTariff(
  c: Context,
  number: number,
  marketNumber: number,
  record: MarketRecord,
  fromMs: number,
): void {
  const tariff = existing(c, TARIFFS, number, 'tariff');
  require(tariff.unit === record.unit, 'UNIT_MISMATCH', 'tariff');
  require(versionAt(tariff, fromMs) > 0, 'NO_TARIFF', 'tariff');
  if (tariff.markets.includes(marketNumber)) return;
  require(tariff.markets.length < LIMITS.marketsPerTariff, 'LIMIT_REACHED', 'tariff');
  c.records.put(TARIFFS, number, { ...tariff, markets: [...tariff.markets, marketNumber] });
}
