import { sparkzMint as shape } from '../../../../schema/trade/money.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { account, requireOwnLane, unit } from '../access.js';
import { UNIT_SPARKZ } from '../pages.js';
import { post } from '../post.js';

/** The issuer issues against money received; a receipt counts once, and the ceiling of the series binds. */
export const sparkzMint = rule(shape, { roles: ['HOST'], consent: 'none', reason: false }, (c, args) => {
  requireOwnLane(c);
  const series = unit(c, args.unit);
  require(series.kind === UNIT_SPARKZ && series.issuer === c.organisation, 'NOT_FOUND', 'unit');
  const wallet = account(c, args.to, ['WALLET', 'TREASURY'], 'to');
  require(wallet.unit === args.unit, 'UNIT_MISMATCH', 'to');
  const issued = 0 - c.accounts.balance(series.issuerAccount);
  require(args.amountMicros <= series.ceilingMicros - issued, 'MINT_CEILING', 'amountMicros');
  const space = `receipt.${args.unit}`;
  require(c.names.find(space, args.receiptReference) === undefined, 'REFERENCE_USED', 'receiptReference');
  c.names.add(space, args.receiptReference, args.to);
  post(c, [
    [series.issuerAccount, 0 - args.amountMicros],
    [args.to, args.amountMicros],
  ]);
});
