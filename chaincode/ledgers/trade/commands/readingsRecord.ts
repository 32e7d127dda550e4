import { readingsRecord as shape } from '../../../../schema/trade/metering.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { SEALS } from '../pages.js';
import { writeReadings } from '../readings.js';

/** First readings. The first one of an interval seals it: no rule takes effect in it any more (K5). */
export const readingsRecord = rule(
  shape,
  { roles: ['METERING_DATA_PROVIDER'], consent: 'none', reason: false },
  (c, args) => {
    writeReadings(c, args, (before, row, field) => {
      require(before === undefined, 'READING_EXISTS', field);
      return { ...row, revision: 0 };
    });
    const seal = c.records.get(SEALS, args.network);
    if (!seal || seal.throughMs < args.start) c.records.put(SEALS, args.network, { throughMs: args.start });
  },
);
