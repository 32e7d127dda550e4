import { sparkzBurn as shape } from '../../../../schema/trade/money.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { ownAccount, unit } from '../access.js';
import { UNIT_SPARKZ } from '../pages.js';
import { post } from '../post.js';

/** The owner of a wallet redeems it against money paid out; a payout of whoever gives it counts once. */
export const sparkzBurn = rule(
  shape,
  { roles: ['PARTICIPANT', 'HOST'], consent: 'none', reason: false },
  (c, args) => {
    const wallet = ownAccount(c, args.from, ['WALLET', 'TREASURY'], 'from');
    const series = unit(c, args.unit);
    require(series.kind === UNIT_SPARKZ && wallet.unit === args.unit, 'UNIT_MISMATCH', 'unit');
    // A reference is its giver's own: nobody uses up that of another.
    const giver = c.actor > 0 ? `participant.${c.actor}` : `organisation.${c.organisation}`;
    const space = `payout.${args.unit}.${giver}`;
    require(c.names.find(space, args.payoutReference) === undefined, 'REFERENCE_USED', 'payoutReference');
    c.names.add(space, args.payoutReference, args.from);
    post(c, [
      [args.from, 0 - args.amountMicros],
      [series.issuerAccount, args.amountMicros],
    ]);
  },
);
