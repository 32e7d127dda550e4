import { isIntervalSeconds } from '../../../../schema/intervals.js';
import { networkRegister as shape, networkRegistered } from '../../../../schema/trade/registration.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { NETWORKS } from '../pages.js';

/** A network operator registers its network; interval length and cap are fixed from then on. */
export const networkRegister = rule(
  shape,
  { roles: ['NETWORK_OPERATOR'], consent: 'none', reason: false },
  (c, { networkId, intervalSeconds, priceCapMicrosPerMWh }) => {
    require(isIntervalSeconds(intervalSeconds), 'INVALID_INPUT', 'intervalSeconds');
    const space = `network.${c.organisation}`;
    require(c.names.find(space, networkId) === undefined, 'ALREADY_EXISTS', 'networkId');
    const network = c.next('network');
    c.names.add(space, networkId, network);
    c.records.put(NETWORKS, network, {
      operator: c.organisation,
      intervalSeconds,
      priceCap: priceCapMicrosPerMWh,
      slots: 0,
    });
    c.emit(networkRegistered, { network });
  },
);
