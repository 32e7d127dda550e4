import { seriesCeilingSet as shape } from '../../../../schema/trade/money.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { unit } from '../access.js';
import { UNIT_SPARKZ, UNITS } from '../pages.js';

/** How much credit a host may issue is not the host's to say. What is issued stays within the ceiling (TOK-01). */
export const seriesCeilingSet = rule(
  shape,
  { roles: ['REGULATOR'], consent: 'none', reason: true },
  (c, { unit: number, ceilingMicros }) => {
    const series = unit(c, number);
    require(series.kind === UNIT_SPARKZ, 'UNIT_MISMATCH', 'unit');
    const issued = 0 - c.accounts.balance(series.issuerAccount);
    require(ceilingMicros >= issued, 'MINT_CEILING', 'ceilingMicros');
    c.records.put(UNITS, number, { ...series, ceilingMicros });
  },
);
