import { holdCapture as shape } from '../../../../schema/trade/money.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { ownsAccount } from '../access.js';
import { openHold, reduceHold } from '../holds.js';
import { post } from '../post.js';

/** The payee takes part or all of what is held for it, until the hold expires by ledger time. */
export const holdCapture = rule(
  shape,
  { roles: ['PARTICIPANT', 'HOST'], consent: 'given by the hold', reason: false },
  (c, args) => {
    const hold = openHold(c, args.hold, ({ payee }) => ownsAccount(c, c.accounts.info(payee)));
    require(c.ledgerTimeMs < hold.expiresAt, 'HOLD_EXPIRED', 'hold');
    require(args.amountMicros <= hold.remainingMicros, 'INSUFFICIENT_FUNDS', 'amountMicros');
    reduceHold(c, args.hold, hold, args.amountMicros);
    post(c, [
      [hold.account, 0 - args.amountMicros],
      [hold.payee, args.amountMicros],
    ]);
  },
);
