import {
  AGREEMENT_KIND,
  agreementPropose as shape,
  agreementProposed,
} from '../../../../schema/trade/market.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market, memberConnection, network } from '../access.js';
import { countProposal, PROPOSED } from '../agreements.js';
import { requireNotBackdated, requireOnGrid } from '../grid.js';
import { AGREEMENTS } from '../pages.js';

/** One side proposes; nothing trades by it before the other side accepts (P2P-02). */
export const agreementPropose = rule(
  shape,
  { roles: ['PARTICIPANT'], consent: 'the other side accepts', reason: false },
  (c, args) => {
    const record = market(c, args.market);
    const seller = memberConnection(c, args.seller, args.market, 'seller');
    const buyer = memberConnection(c, args.buyer, args.market, 'buyer');
    require(seller.participant === c.actor || buyer.participant === c.actor, 'NOT_FOUND', 'seller');
    require(seller.participant !== buyer.participant, 'SAME_PARTICIPANT', 'buyer');
    requireNotBackdated(c, record, args.effectiveFrom);
    if (args.effectiveTo !== null) {
      requireOnGrid(network(c, record.network), args.effectiveTo, 'effectiveTo');
      require(args.effectiveTo > args.effectiveFrom, 'INVALID_INPUT', 'effectiveTo');
    }
    const proposedBy = seller.participant === c.actor ? args.seller : args.buyer;
    countProposal(c, proposedBy, 1);
    const agreement = c.next('agreement');
    c.records.put(AGREEMENTS, agreement, {
      market: args.market,
      kind: AGREEMENT_KIND.indexOf(args.kind),
      seller: args.seller,
      buyer: args.buyer,
      priceMicrosPerMWh: args.priceMicrosPerMWh,
      limitWh: args.limitWh,
      from: args.effectiveFrom,
      to: args.effectiveTo,
      state: PROPOSED,
      proposedBy,
    });
    c.emit(agreementProposed, { agreement });
  },
);
