import { LIMITS } from '../../../../schema/limits.js';
import { holdPlaced, holdPlace as shape } from '../../../../schema/trade/money.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { account, ownAccount, requireSameUnit } from '../access.js';
import { HOLD_COUNTS, HOLDS } from '../pages.js';

/** The owner of a wallet reserves an amount of it for a payee; what is held cannot be spent otherwise (K3). */
export const holdPlace = rule(
  shape,
  { roles: ['PARTICIPANT', 'HOST'], consent: 'none', reason: false },
  (c, args) => {
    const payer = ownAccount(c, args.account, ['WALLET', 'TREASURY'], 'account');
    const payee = account(c, args.payee, ['WALLET', 'TREASURY'], 'payee');
    requireSameUnit(payer, payee, 'payee');
    require(args.account !== args.payee, 'SAME_ACCOUNT', 'payee');
    require(args.expiresAt > c.ledgerTimeMs, 'HOLD_EXPIRED', 'expiresAt');
    const open = (c.records.get(HOLD_COUNTS, args.account)?.open ?? 0) + 1;
    require(open <= LIMITS.holdsPerAccount, 'LIMIT_REACHED', 'account');
    c.records.put(HOLD_COUNTS, args.account, { open });
    c.accounts.hold(args.account, args.amountMicros);
    const hold = c.next('hold');
    c.records.put(HOLDS, hold, {
      account: args.account,
      payee: args.payee,
      remainingMicros: args.amountMicros,
      expiresAt: args.expiresAt,
    });
    c.emit(holdPlaced, { hold });
  },
);
