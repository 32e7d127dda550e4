/** Which command changes what in the read model; those without an entry only post, or change nothing that is shown. */
import { MARKET } from './market.js';
import { METERING } from './metering.js';
import { MONEY } from './money.js';
import { REGISTRATION } from './registration.js';
import type { Handler } from './command.js';

export const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  Object.entries({ ...REGISTRATION, ...MARKET, ...METERING, ...MONEY }),
);
