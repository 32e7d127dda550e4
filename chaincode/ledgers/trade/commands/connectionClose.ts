import { connectionClose as shape } from '../../../../schema/trade/registration.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { existing, ownNetwork } from '../access.js';
import { nextInterval, requireOnGrid } from '../grid.js';
import { CONNECTIONS, SLOTS, type SlotRecord } from '../pages.js';

/** Ends a connection in an interval that has not begun (K5); once set, the end stands. */
export const connectionClose = rule(
  shape,
  { roles: ['NETWORK_OPERATOR'], consent: 'none', reason: true },
  (c, { connection, validTo }) => {
    const { network: number, slot } = existing(c, CONNECTIONS, connection, 'connection');
    const network = ownNetwork(c, number);
    requireOnGrid(network, validTo, 'validTo');
    require(validTo >= nextInterval(c, network), 'BACKDATED', 'validTo');
    const scope = `${number}.`;
    const record = c.records.get(SLOTS, slot, scope) as SlotRecord;
    require(record.validTo === null, 'WRONG_STATE', 'connection');
    require(validTo > record.validFrom, 'INVALID_INPUT', 'validTo');
    c.records.put(SLOTS, slot, { ...record, validTo }, scope);
  },
);
