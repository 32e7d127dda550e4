import { agreementChanged, agreementReject as shape } from '../../../../schema/trade/market.js';
import { instant } from '../../../../schema/units.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { countProposal, ownAgreement, PROPOSED, REJECTED } from '../agreements.js';
import { AGREEMENTS } from '../pages.js';

/** The other side refuses a proposal, at once. */
export const agreementReject = rule(
  shape,
  { roles: ['PARTICIPANT'], consent: 'none', reason: false },
  (c, args) => {
    const { record, isProposer } = ownAgreement(c, args.market, args.agreement);
    require(record.state === PROPOSED && !isProposer, 'WRONG_STATE', 'agreement');
    countProposal(c, record.proposedBy, -1);
    c.records.put(AGREEMENTS, args.agreement, { ...record, state: REJECTED });
    c.emit(agreementChanged, { ...args, state: 'REJECTED', effectiveFrom: instant(record.from) });
  },
);
