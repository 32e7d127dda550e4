import { communityPreferenceSet as shape } from '../../../../schema/trade/market.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market, ownConnection } from '../access.js';
import { requireNotBackdated } from '../grid.js';
import { PREFERENCES } from '../versions.js';

/** A member alone says at which prices it trades with the community. */
export const communityPreferenceSet = rule(
  shape,
  { roles: ['PARTICIPANT'], consent: 'none', reason: false },
  (c, args) => {
    const record = market(c, args.market);
    const connection = ownConnection(c, args.connection);
    require(connection.market === args.market, 'NOT_FOUND', 'connection');
    requireNotBackdated(c, record, args.effectiveFrom);
    PREFERENCES.push(c.records, `${record.network}.`, connection.slot, [
      args.effectiveFrom,
      args.minSellPriceMicrosPerMWh,
      args.maxBuyPriceMicrosPerMWh,
    ]);
  },
);
