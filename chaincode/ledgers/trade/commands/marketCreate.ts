import { marketCreate as shape, marketCreated } from '../../../../schema/trade/market.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { network, ownAccount, requireOwnLane, unit } from '../access.js';
import { SETUP } from '../grid.js';
import { MARKETS, UNIT_DUES } from '../pages.js';

/** A host creates a market in its own lane: for now a market has one host. */
export const marketCreate = rule(shape, { roles: ['HOST'], consent: 'none', reason: false }, (c, args) => {
  requireOwnLane(c, 'MARKET_HOST_LIMIT');
  network(c, args.network);
  require(unit(c, args.unit).kind === UNIT_DUES, 'UNIT_MISMATCH', 'unit');
  const rounding = ownAccount(c, args.roundingAccount, ['ROUNDING'], 'roundingAccount');
  require(rounding.unit === args.unit, 'UNIT_MISMATCH', 'roundingAccount');
  require(args.kNumerator <= args.kDenominator, 'INVALID_INPUT', 'kNumerator');
  require(c.names.find('market', args.marketId) === undefined, 'ALREADY_EXISTS', 'marketId');
  const market = c.next('market');
  c.names.add('market', args.marketId, market);
  c.records.put(MARKETS, market, {
    network: args.network,
    unit: args.unit,
    roundingAccount: args.roundingAccount,
    kNumerator: args.kNumerator,
    kDenominator: args.kDenominator,
    state: SETUP,
    openedAt: null,
  });
  c.emit(marketCreated, { market });
});
