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
    const owns = (account: number): boolean => ownsAccount(c, c.accounts.info(account));
    const hold = openHold(c, args.hold, ({ account, payee }) => owns(account) || owns(payee));
    const isPayee = owns(hold.payee);
    require(isPayee || c.ledgerTimeMs >= hold.expiresAt, 'HOLD_NOT_EXPIRED', 'hold');
    reduceHold(c, args.hold, hold, hold.remainingMicros);
  },
);
