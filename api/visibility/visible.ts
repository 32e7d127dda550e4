/**
 * Who sees which rows: one table of record kind × role. A rule is a condition of the query itself, so that "absent"
 * and "not yours" run the same statement and give the same nothing.
 */
import { sql } from 'kysely';
import type { Role } from '../../schema/command.js';
import type { Viewer } from '../auth/viewer.js';
import {
  appointed,
  byAppointment,
  byOwnNetwork,
  byOwnOrganisation,
  hasAdmission,
  hasAppointment,
  hasLane,
  hasNetwork,
  hostLane,
  lanesOfAdmission,
  lanesOfAppointments,
  lanesOfNetworks,
  nothing,
  onOwnNetwork,
  onOwnNetworks,
  own,
  ownAccount,
  ownConnection,
  ownLane,
  ownOrganisation,
  type Condition,
  type Rule,
} from './rules.js';

export type { Condition } from './rules.js';

/** Kinds of rows: the table that holds them, and the alias under which they are always read. */
export const ROW_KINDS = {
  participant: { table: 'participant', alias: 'p' },
  /** A participant whose trades and bills are asked for. */
  statement: { table: 'participant', alias: 'p' },
  connection: { table: 'connection', alias: 'c' },
  network: { table: 'network', alias: 'n' },
  market: { table: 'market', alias: 'm' },
  tariff: { table: 'tariff', alias: 't' },
  tariffVersion: { table: 'tariff_version', alias: 'v' },
  membership: { table: 'membership', alias: 'y' },
  preference: { table: 'preference', alias: 'f' },
  agreement: { table: 'agreement', alias: 'g' },
  unit: { table: 'unit', alias: 'u' },
  account: { table: 'account', alias: 'a' },
  entry: { table: 'entry', alias: 'e' },
  hold: { table: 'hold', alias: 'h' },
  receivable: { table: 'receivable', alias: 'v' },
  reading: { table: 'reading', alias: 'r' },
  run: { table: 'run', alias: 'r' },
  position: { table: 'position', alias: 'p' },
  trade: { table: 'trade', alias: 't' },
  block: { table: 'block', alias: 'b' },
  /** A transaction in a list. */
  transaction: { table: 'transaction', alias: 'x' },
  /** A transaction that is asked for by its id or place. */
  receipt: { table: 'transaction', alias: 'x' },
} as const;
export type RowKind = keyof typeof ROW_KINDS;

type Rules = Readonly<Partial<Record<Role, Rule>>>;

/** What everybody who takes part in a lane sees. Market operators and distributors do by being admitted to it (A2). */
const PUBLIC: Rules = {
  HOST: ownLane,
  PARTICIPANT: hostLane,
  NETWORK_OPERATOR: lanesOfNetworks,
  METERING_DATA_PROVIDER: lanesOfAppointments,
  MARKET_OPERATOR: lanesOfAdmission,
  DISTRIBUTOR: lanesOfAdmission,
};

/**
 * A role without a rule sees nothing. A regulator sees everything of its channel (A3): also lanes whose hosts did not
 * admit it, so that nobody hides by not doing so. That a token says so makes nobody one: some lane must have admitted
 * its organisation (A2).
 */
const TABLE: Readonly<Record<RowKind, Rules>> = {
  network: PUBLIC,
  market: PUBLIC,
  tariff: PUBLIC,
  tariffVersion: PUBLIC,
  unit: PUBLIC,
  participant: { HOST: ownLane, PARTICIPANT: own('number'), NETWORK_OPERATOR: onOwnNetworks },
  statement: { HOST: ownLane, PARTICIPANT: own('number') },
  connection: {
    HOST: ownLane,
    PARTICIPANT: own('participant'),
    NETWORK_OPERATOR: onOwnNetwork('network'),
    METERING_DATA_PROVIDER: appointed,
  },
  membership: { HOST: ownLane, PARTICIPANT: ownConnection('connection') },
  preference: { HOST: ownLane, PARTICIPANT: ownConnection('connection') },
  agreement: { HOST: ownLane, PARTICIPANT: ownConnection('seller', 'buyer') },
  account: {
    HOST: ownLane,
    PARTICIPANT: own('participant'),
    NETWORK_OPERATOR: ownOrganisation,
    DISTRIBUTOR: ownOrganisation,
    MARKET_OPERATOR: ownOrganisation,
  },
  entry: {
    HOST: ownLane,
    PARTICIPANT: ownAccount('account'),
    NETWORK_OPERATOR: byOwnOrganisation('account'),
    DISTRIBUTOR: byOwnOrganisation('account'),
    MARKET_OPERATOR: byOwnOrganisation('account'),
  },
  hold: { HOST: ownLane, PARTICIPANT: ownAccount('account', 'payee') },
  receivable: { HOST: ownLane, PARTICIPANT: ownConnection('connection') },
  reading: {
    HOST: ownLane,
    PARTICIPANT: ownConnection('connection'),
    NETWORK_OPERATOR: byOwnNetwork('connection', 'connection'),
    METERING_DATA_PROVIDER: byAppointment('connection'),
  },
  run: {
    HOST: ownLane,
    PARTICIPANT: hostLane,
    NETWORK_OPERATOR: byOwnNetwork('market', 'market'),
    MARKET_OPERATOR: lanesOfAdmission,
    DISTRIBUTOR: lanesOfAdmission,
  },
  position: { HOST: ownLane, PARTICIPANT: ownConnection('connection') },
  trade: { HOST: ownLane, PARTICIPANT: ownConnection('seller', 'buyer') },
  // Every organisation of a channel has its blocks; how many transactions others made is not for participants.
  block: {
    HOST: hasLane,
    NETWORK_OPERATOR: hasNetwork,
    METERING_DATA_PROVIDER: hasAppointment,
    MARKET_OPERATOR: hasAdmission,
    DISTRIBUTOR: hasAdmission,
  },
  transaction: { ...PUBLIC, PARTICIPANT: nothing },
  receipt: PUBLIC,
};

/** The condition under which a viewer sees rows of a kind, read under the kind's alias. */
export function visible(viewer: Viewer, kind: RowKind): Condition {
  const rule = viewer.role === 'REGULATOR' ? hasAdmission : (TABLE[kind][viewer.role] ?? nothing);
  return sql`(${rule(viewer, sql.ref(ROW_KINDS[kind].alias))})`;
}
