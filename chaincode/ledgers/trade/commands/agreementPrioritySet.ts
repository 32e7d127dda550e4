import { agreementPrioritySet as shape } from '../../../../schema/trade/market.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { market, ownConnection } from '../access.js';
import { bookOf, CONTRACTED } from '../agreements.js';
import { firstOpenInterval } from '../grid.js';
import { AGREEMENTS, type AgreementRecord } from '../pages.js';
import { BUYER_PRIORITIES, SELLER_PRIORITIES } from '../versions.js';

/** A side ranks its nominations; the order counts from the next interval on (P2P-02). */
export const agreementPrioritySet = rule(
  shape,
  { roles: ['PARTICIPANT'], consent: 'none', reason: false },
  (c, args) => {
    const record = market(c, args.market);
    const connection = ownConnection(c, args.connection);
    require(connection.market === args.market, 'NOT_FOUND', 'connection');
    const book = bookOf(c.records, connection);
    const mine = args.side === 'SELL' ? book.sells : book.buys;
    require(args.agreements.length > 0, 'INVALID_INPUT', 'agreements');
    require(new Set(args.agreements).size === args.agreements.length, 'INVALID_INPUT', 'agreements');
    for (const number of args.agreements) {
      require(mine.includes(number), 'NOT_FOUND', 'agreements');
      require((c.records.get(AGREEMENTS, number) as AgreementRecord).kind !==
        CONTRACTED, 'WRONG_STATE', 'agreements');
    }
    const priorities = args.side === 'SELL' ? SELLER_PRIORITIES : BUYER_PRIORITIES;
    priorities.push(c.records, `${record.network}.`, connection.slot, [
      firstOpenInterval(c, record),
      args.agreements,
    ]);
  },
);
