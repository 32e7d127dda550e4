import { ACCOUNT_KINDS } from '../../../../schema/account-kinds.js';
import { LIMITS } from '../../../../schema/limits.js';
import { unitRegister as shape, unitRegistered } from '../../../../schema/trade/registration.js';
import { NO_FLOOR } from '../../../kernel/accounts.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { requireOwnLane } from '../access.js';
import { UNITS, UNIT_DUES, UNIT_SPARKZ } from '../pages.js';

const CURRENCY = /^[A-Z]{3}$/;

/** One dues unit and one Sparkz series a currency and region; series never mix. */
export const unitRegister = rule(
  shape,
  { roles: ['HOST'], consent: 'none', reason: false },
  (c, { unitKind, currency, region, ceilingMicros }) => {
    requireOwnLane(c);
    require(CURRENCY.test(currency), 'INVALID_INPUT', 'currency');
    const isSparkz = unitKind === 'SPARKZ';
    require(isSparkz ? ceilingMicros > 0 : ceilingMicros === 0, 'INVALID_INPUT', 'ceilingMicros');
    // Nobody gives itself credit: more than this takes a ruling.
    require(ceilingMicros <= LIMITS.seriesCeilingMicros, 'MINT_CEILING', 'ceilingMicros');
    const name = `${unitKind}.${currency}.${region}`;
    require(c.names.find('unit', name) === undefined, 'ALREADY_EXISTS', 'region');
    const unit = c.next('unit');
    c.names.add('unit', name, unit);
    const issuerAccount = isSparkz ? c.next('account') : 0;
    c.records.put(UNITS, unit, {
      kind: isSparkz ? UNIT_SPARKZ : UNIT_DUES,
      currency,
      issuer: c.organisation,
      ceilingMicros,
      issuerAccount,
    });
    if (isSparkz) {
      c.accounts.open(issuerAccount, {
        unit,
        owner: 0,
        organisation: c.organisation,
        kind: ACCOUNT_KINDS.indexOf('ISSUER'),
        floor: NO_FLOOR,
      });
    }
    c.emit(unitRegistered, { unit, issuerAccount });
  },
);
