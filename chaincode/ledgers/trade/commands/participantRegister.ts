import {
  participantRegister as shape,
  participantRegistered,
} from '../../../../schema/trade/registration.js';
import { PARTICIPANTS } from '../../../kernel/participants.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { requireOwnLane } from '../access.js';

/** A host registers whom it hosts; the id is scoped to it (A2). */
export const participantRegister = rule(
  shape,
  { roles: ['HOST'], consent: 'none', reason: false },
  (c, { participantId }) => {
    requireOwnLane(c);
    const space = `participant.${c.organisation}`;
    require(c.names.find(space, participantId) === undefined, 'ALREADY_EXISTS', 'participantId');
    const participant = c.next('participant');
    c.names.add(space, participantId, participant);
    c.records.put(PARTICIPANTS, participant, { id: participantId, host: c.organisation, active: 1 });
    c.emit(participantRegistered, { participant });
  },
);
