import { holdRelease as shape } from '../../../../schema/trade/money.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { ownsAccount } from '../access.js';
import { openHold, reduceHold } from '../holds.js';

/** The payee gives a hold up at any time; once it has expired by ledger time its owner may end it too. */
export const holdRelease = rule(
  shape,
  { roles: ['PARTICIPANT', 'HOST'], consent: 'none', reason: false },
  (c, args) => {
    const hold = openHold(c, args.hold);
    const isPayee = ownsAccount(c, c.accounts.info(hold.payee));
    const isPayer = ownsAccount(c, c.accounts.info(hold.account));
    require(isPayee || isPayer, 'NOT_FOUND', 'hold');
    require(isPayee || c.ledgerTimeMs >= hold.expiresAt, 'HOLD_NOT_EXPIRED', 'hold');
    reduceHold(c, args.hold, hold, hold.remainingMicros);
  },
);
