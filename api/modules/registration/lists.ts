import type { ChildList, List } from '../lists.js';
import { Connection, Network, Participant } from './types.js';

const RECORD = { number: 'bigint', lane: 'text' } as const;

export const PARTICIPANTS: List<Participant> = {
  name: 'participants',
  rowKind: 'participant',
  key: RECORD,
  make: (row) => new Participant(row),
};
export const NETWORKS: List<Network> = {
  name: 'networks',
  rowKind: 'network',
  key: RECORD,
  make: (row) => new Network(row),
};
export const CONNECTIONS: List<Connection> = {
  name: 'connections',
  rowKind: 'connection',
  key: RECORD,
  make: (row) => new Connection(row),
};
/** The parent's number is the child's participant. */
export const CONNECTIONS_OF_PARTICIPANT: ChildList<Connection> = {
  ...CONNECTIONS,
  name: 'participant.connections',
  parent: { participant: 'bigint', lane: 'text' },
};
