import { agreementAccept as shape, agreementChanged } from '../../../../schema/trade/market.js';
import { instant } from '../../../../schema/units.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market } from '../access.js';
import { ACCEPTED, countProposal, enterAgreement, ownAgreement, PROPOSED } from '../agreements.js';
import { firstOpenInterval } from '../grid.js';
import { AGREEMENTS } from '../pages.js';

/** The other side accepts: it counts from the interval that was proposed, but in none that has begun (K5). */
export const agreementAccept = rule(
  shape,
  { roles: ['PARTICIPANT'], consent: 'none', reason: false },
  (c, args) => {
    const { record, isProposer } = ownAgreement(c, args.market, args.agreement);
    require(record.state === PROPOSED && !isProposer, 'WRONG_STATE', 'agreement');
    const firstOpen = firstOpenInterval(c, market(c, args.market));
    const accepted = { ...record, state: ACCEPTED, from: Math.max(record.from, firstOpen) };
    require(accepted.to === null || accepted.to > accepted.from, 'BACKDATED', 'agreement');
    countProposal(c, record.proposedBy, -1);
    c.records.put(AGREEMENTS, args.agreement, accepted);
    enterAgreement(c, args.agreement, accepted, firstOpen);
    c.emit(agreementChanged, { ...args, state: 'ACCEPTED', effectiveFrom: instant(accepted.from) });
  },
);
