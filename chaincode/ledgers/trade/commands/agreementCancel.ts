import { agreementCancel as shape, agreementChanged } from '../../../../schema/trade/market.js';
import { instant } from '../../../../schema/units.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market } from '../access.js';
import { ACCEPTED, CANCELLED, countProposal, ownAgreement, PROPOSED } from '../agreements.js';
import { firstOpenInterval } from '../grid.js';
import { AGREEMENTS } from '../pages.js';

/**
 * Its proposer takes a proposal back at once; either side ends an accepted agreement from the next interval on. What
 * was agreed for intervals that have begun stands (K5).
 */
export const agreementCancel = rule(
  shape,
  { roles: ['PARTICIPANT'], consent: 'none', reason: false },
  (c, args) => {
    const { record, isProposer } = ownAgreement(c, args.market, args.agreement);
    let to = record.from;
    if (record.state === PROPOSED) {
      require(isProposer, 'WRONG_STATE', 'agreement');
      countProposal(c, record.proposedBy, -1);
    } else {
      require(record.state === ACCEPTED, 'WRONG_STATE', 'agreement');
      to = Math.max(record.from, firstOpenInterval(c, market(c, args.market)));
      require(record.to === null || to < record.to, 'WRONG_STATE', 'agreement');
    }
    c.records.put(AGREEMENTS, args.agreement, { ...record, state: CANCELLED, to });
    c.emit(agreementChanged, { ...args, state: 'CANCELLED', effectiveFrom: instant(to) });
  },
);
