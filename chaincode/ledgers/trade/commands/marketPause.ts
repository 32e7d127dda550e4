import { marketPause as shape } from '../../../../schema/trade/market.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market } from '../access.js';
import { OPEN, PAUSED } from '../grid.js';
import { MARKETS } from '../pages.js';

/** Stops settlement and nothing else (A4). */
export const marketPause = rule(
  shape,
  { roles: ['REGULATOR', 'MARKET_OPERATOR'], consent: 'none', reason: true },
  (c, { market: number }) => {
    const record = market(c, number);
    require(record.state === OPEN, 'WRONG_STATE', 'market');
    c.records.put(MARKETS, number, { ...record, state: PAUSED });
  },
);
