/** Participants: who is hosted by which organisation (A2). All ledgers share them. */
import { Refusal } from '../../schema/errors.js';
import { family, type Records } from './records.js';

export interface ParticipantRecord {
  id: string;
  /** Number of the hosting organisation in the lane. */
  host: number;
  /** 1 active, 0 suspended. */
  active: number;
}

export const PARTICIPANTS = family<ParticipantRecord>('participant', 512, ['id', 'host', 'active']);

/** The participant, provided that the organisation hosts it; an outsider cannot tell absent from not its own. */
export function hostedParticipant(records: Records, number: number, organisation: number): ParticipantRecord {
  const participant = records.get(PARTICIPANTS, number);
  if (!participant || participant.host !== organisation) throw new Refusal('NOT_HOSTED');
  return participant;
}
