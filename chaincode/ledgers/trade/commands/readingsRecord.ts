import { readingsRecord as shape } from '../../../../schema/trade/metering.js';
import { rule } from '../../../kernel/registry.js';
import { requireRow } from '../../../kernel/unit-of-work.js';
import { SEALS } from '../pages.js';
import { writeReadings } from '../readings.js';

/** First readings. The first one of an interval seals it: no rule takes effect in it any more (K5). */
export const readingsRecord = rule(
  shape,
  { roles: ['METERING_DATA_PROVIDER'], consent: 'none', reason: false },
  (c, args) => {
    writeReadings(c, args, (before, _, at) => {
      requireRow(before === undefined, 'READING_EXISTS', 'connection', at);
      return 0;
    });
    const seal = c.records.get(SEALS, args.network);
    if (!seal || seal.throughMs < args.start) c.records.put(SEALS, args.network, { throughMs: args.start });
  },
);
