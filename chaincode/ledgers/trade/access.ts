/** Whose record it is, and who may use it (A2). "Absent" and "not yours" are one refusal. */
import { ACCOUNT_KINDS, type AccountKind } from '../../../schema/account-kinds.js';
import type { AccountInfo } from '../../kernel/accounts.js';
import { PARTICIPANTS, type ParticipantRecord } from '../../kernel/participants.js';
import type { Family } from '../../kernel/records.js';
import type { Context } from '../../kernel/registry.js';
import { require } from '../../kernel/unit-of-work.js';
import type { ErrorCode } from '../../../schema/errors.js';
import {
  CONNECTIONS,
  MARKETS,
  NETWORKS,
  UNITS,
  type ConnectionRecord,
  type MarketRecord,
  type NetworkRecord,
  type UnitRecord,
} from './pages.js';

/** The record of a number; refused as not found where there is none. */
export function existing<T extends object>(c: Context, of: Family<T>, number: number, field: string): T {
  const record = c.records.get(of, number);
  require(record !== undefined, 'NOT_FOUND', field);
  return record;
}

/** What a host does, it does in the lane that bears its name. */
export function requireOwnLane(c: Context, code: ErrorCode = 'NOT_AUTHORISED'): void {
  require(c.creator.organisation === c.records.lane, code);
}

/** A participant that is hosted in this lane and active. */
export function activeParticipant(c: Context, number: number, field = 'participant'): ParticipantRecord {
  const participant = existing(c, PARTICIPANTS, number, field);
  require(participant.active === 1, 'PARTICIPANT_INACTIVE', field);
  return participant;
}

/** A connection of the participant that acts. */
export function ownConnection(c: Context, number: number, field = 'connection'): ConnectionRecord {
  const connection = existing(c, CONNECTIONS, number, field);
  require(connection.participant === c.actor, 'NOT_FOUND', field);
  return connection;
}

/** A connection that is a member of the market. */
export function memberConnection(
  c: Context,
  number: number,
  market: number,
  field: string,
): ConnectionRecord {
  const connection = existing(c, CONNECTIONS, number, field);
  require(connection.market === market, 'NOT_FOUND', field);
  return connection;
}

export const market = (c: Context, number: number): MarketRecord => existing(c, MARKETS, number, 'market');
export const network = (c: Context, number: number): NetworkRecord =>
  existing(c, NETWORKS, number, 'network');
export const unit = (c: Context, number: number): UnitRecord => existing(c, UNITS, number, 'unit');

/** A network that the organisation itself operates. */
export function ownNetwork(c: Context, number: number): NetworkRecord {
  const found = network(c, number);
  require(found.operator === c.organisation, 'NOT_FOUND', 'network');
  return found;
}

/** An account of the lane, of one of the kinds. */
export function account(
  c: Context,
  number: number,
  kinds: readonly AccountKind[],
  field: string,
): AccountInfo {
  const info = c.accounts.find(number);
  require(info !== undefined, 'NOT_FOUND', field);
  require(kinds.includes(ACCOUNT_KINDS[info.kind]), 'ACCOUNT_KIND', field);
  return info;
}

/** Whether whoever acts owns the account: the participant itself, or the organisation where no participant owns it. */
export function ownsAccount(c: Context, info: AccountInfo): boolean {
  return c.actor > 0 ? info.owner === c.actor : info.owner === 0 && info.organisation === c.organisation;
}

/** An account of whoever acts. */
export function ownAccount(
  c: Context,
  number: number,
  kinds: readonly AccountKind[],
  field: string,
): AccountInfo {
  const info = c.accounts.find(number);
  require(info !== undefined && ownsAccount(c, info), 'NOT_FOUND', field);
  require(kinds.includes(ACCOUNT_KINDS[info.kind]), 'ACCOUNT_KIND', field);
  return info;
}

/** Two accounts of one unit: series and currencies never mix. */
export function requireSameUnit(one: AccountInfo, other: AccountInfo, field: string): void {
  require(one.unit === other.unit, 'UNIT_MISMATCH', field);
}
