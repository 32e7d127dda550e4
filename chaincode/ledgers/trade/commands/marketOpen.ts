import { marketOpen as shape } from '../../../../schema/trade/market.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market, requireOwnLane } from '../access.js';
import { OPEN, SETUP } from '../grid.js';
import { MARKETS } from '../pages.js';

/** Ends SETUP for good (K5). */
export const marketOpen = rule(
  shape,
  { roles: ['HOST'], consent: 'none', reason: false },
  (c, { market: number }) => {
    requireOwnLane(c, 'MARKET_HOST_LIMIT');
    const record = market(c, number);
    require(record.state === SETUP, 'WRONG_STATE', 'market');
    c.records.put(MARKETS, number, { ...record, state: OPEN, openedAt: c.ledgerTimeMs });
  },
);
