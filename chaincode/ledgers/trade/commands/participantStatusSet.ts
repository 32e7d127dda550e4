import { PARTICIPANT_STATUS, participantStatusSet as shape } from '../../../../schema/trade/registration.js';
import { hostedParticipant, PARTICIPANTS } from '../../../kernel/participants.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';

/** A suspended participant gives no command; what it agreed to before is settled all the same. */
export const participantStatusSet = rule(
  shape,
  { roles: ['HOST'], consent: 'none', reason: true },
  (c, { participant, status }) => {
    const record = hostedParticipant(c.records, participant, c.organisation);
    const active = PARTICIPANT_STATUS.indexOf(status);
    require(record.active !== active, 'WRONG_STATE', 'status');
    c.records.put(PARTICIPANTS, participant, { ...record, active });
  },
);
