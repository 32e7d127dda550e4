import { Refusal } from '../../../../schema/errors.js';
import { LIMITS } from '../../../../schema/limits.js';
import { connectionRegister as shape, connectionRegistered } from '../../../../schema/trade/registration.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { activeParticipant, ownNetwork } from '../access.js';
import { requireOnGrid } from '../grid.js';
import { CONNECTIONS, NETWORKS, SLOTS } from '../pages.js';

/**
 * The operator of the network connects a meter and appoints who records its readings: neither the participant's host
 * nor, being an organisation, the participant (A2). A meter is connected once on the whole channel.
 */
export const connectionRegister = rule(
  shape,
  { roles: ['NETWORK_OPERATOR'], consent: 'none', reason: false },
  (c, args) => {
    const network = ownNetwork(c, args.network);
    activeParticipant(c, args.participant);
    requireOnGrid(network, args.validFrom, 'validFrom');
    // The host of every participant of a lane is the organisation that the lane bears the name of.
    require(args.meteringDataProvider !== c.records.lane, 'NOT_AUTHORISED', 'meteringDataProvider');
    const provider = c.numberIn(args.meteringDataProvider, 'METERING_DATA_PROVIDER');
    if (provider === undefined) throw new Refusal('NOT_ADMITTED', 'meteringDataProvider');
    require(network.slots < LIMITS.metersPerNetwork, 'NETWORK_FULL', 'network');
    require(c.channelNames.find('meter', args.meterId) === undefined, 'ALREADY_EXISTS', 'meterId');
    const connection = c.next('connection');
    const slot = network.slots;
    c.channelNames.add('meter', args.meterId, connection);
    c.records.put(NETWORKS, args.network, { ...network, slots: slot + 1 });
    c.records.put(CONNECTIONS, connection, {
      participant: args.participant,
      network: args.network,
      slot,
      market: 0,
    });
    c.records.put(
      SLOTS,
      slot,
      {
        connection,
        participant: args.participant,
        provider,
        sanctionedLoadW: args.sanctionedLoadW,
        generationCapacityW: args.generationCapacityW,
        validFrom: args.validFrom,
        validTo: null,
      },
      `${args.network}.`,
    );
    c.emit(connectionRegistered, { connection, slot });
  },
);
