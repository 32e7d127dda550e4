import { sparkzTransfer as shape } from '../../../../schema/trade/money.js';
import { rule } from '../../../kernel/registry.js';
import { account, ownAccount, requireSameUnit } from '../access.js';

/** The owner of a wallet pays another wallet of the same series. */
export const sparkzTransfer = rule(
  shape,
  { roles: ['PARTICIPANT', 'HOST'], consent: 'none', reason: false },
  (c, { from, to, amountMicros }) => {
    const payer = ownAccount(c, from, ['WALLET', 'TREASURY'], 'from');
    const payee = account(c, to, ['WALLET', 'TREASURY'], 'to');
    requireSameUnit(payer, payee, 'to');
    c.accounts.move(from, to, amountMicros);
  },
);
