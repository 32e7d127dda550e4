/**
 * Who sees which rows: one table of record kind × role. A rule is a condition of the query itself, so that "absent"
 * and "not yours" run the same statement and give the same nothing.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Role } from '../../schema/command.js';
import type { Viewer } from '../auth/viewer.js';

export type Condition = RawBuilder<boolean>;

/** Kinds of rows, each read under a fixed alias. */
export const ROW_KINDS = {
  participant: 'p',
  connection: 'c',
  network: 'n',
  market: 'm',
  tariff: 't',
  unit: 'u',
  account: 'a',
  hold: 'h',
  agreement: 'g',
  reading: 'r',
  run: 'r',
  position: 'p',
  trade: 't',
  receivable: 'v',
  transaction: 'x',
} as const;
export type RowKind = keyof typeof ROW_KINDS;

type Rule = (viewer: Viewer, row: RawBuilder<unknown>) => Condition;
type Rules = Readonly<Partial<Record<Role, Rule>>>;

const everything: Rule = () => sql`true`;
const nothing: Rule = () => sql`false`;

/** The host's lane bears its name. */
const ownLane: Rule = ({ organisation }, row) => sql`${row}.lane = ${organisation}`;
/** The lane that hosts the participant. */
const hostLane: Rule = ({ participant }, row) =>
  participant ? sql`${row}.lane = ${participant.lane}` : sql`false`;

/** Rows that name a participant in a column. */
const own =
  (column: string): Rule =>
  ({ participant }, row) =>
    participant
      ? sql`${row}.lane = ${participant.lane} and ${row}.${sql.ref(column)} = ${participant.number}::bigint`
      : sql`false`;

/** Rows that name a connection of the participant in one of the columns. */
const ownConnection =
  (...columns: readonly string[]): Rule =>
  ({ participant }, row) => {
    if (!participant) return sql`false`;
    const mine = sql`select o.number from connection o
      where o.lane = ${participant.lane} and o.participant = ${participant.number}::bigint`;
    const any = columns.map((column) => sql<boolean>`${row}.${sql.ref(column)} in (${mine})`);
    return sql`${row}.lane = ${participant.lane} and (${sql.join(any, sql` or `)})`;
  };

/** Rows that name, in a column, a network that the organisation operates. */
const ownNetwork =
  (column: string): Rule =>
  ({ organisation }, row) =>
    sql`exists (select 1 from network o where o.lane = ${row}.lane and o.number = ${row}.${sql.ref(column)}
      and o.operator = ${organisation})`;

/** Rows of lanes in which the organisation operates a network. */
const lanesOfNetworks: Rule = ({ organisation }, row) =>
  sql`exists (select 1 from network o where o.lane = ${row}.lane and o.operator = ${organisation})`;

/** Rows that name, in a column, a connection of which the organisation is the metering data provider. */
const appointed =
  (column: string): Rule =>
  ({ organisation }, row) =>
    sql`exists (select 1 from connection o where o.lane = ${row}.lane and o.number = ${row}.${sql.ref(column)}
      and o.metering_data_provider = ${organisation})`;

const ownOrganisation: Rule = ({ organisation }, row) =>
  sql`${row}.organisation = ${organisation} and ${row}.participant is null`;

/** What everybody who takes part in a lane sees: markets, tariffs, units. */
const PUBLIC: Rules = {
  HOST: ownLane,
  PARTICIPANT: hostLane,
  NETWORK_OPERATOR: lanesOfNetworks,
  METERING_DATA_PROVIDER: ({ organisation }, row) =>
    sql`exists (select 1 from connection o where o.lane = ${row}.lane and o.metering_data_provider = ${organisation})`,
  MARKET_OPERATOR: everything,
  DISTRIBUTOR: everything,
};

/** A role without a rule sees nothing; the regulator sees everything of its channel (A3). */
const TABLE: Readonly<Record<RowKind, Rules>> = {
  participant: {
    HOST: ownLane,
    PARTICIPANT: own('number'),
    NETWORK_OPERATOR: ({ organisation }, row) =>
      sql`exists (select 1 from connection o join network w on w.number = o.network and w.lane = o.lane
        where o.lane = ${row}.lane and o.participant = ${row}.number and w.operator = ${organisation})`,
  },
  connection: {
    HOST: ownLane,
    PARTICIPANT: own('participant'),
    NETWORK_OPERATOR: ownNetwork('network'),
    METERING_DATA_PROVIDER: ({ organisation }, row) => sql`${row}.metering_data_provider = ${organisation}`,
  },
  network: PUBLIC,
  market: PUBLIC,
  tariff: PUBLIC,
  unit: PUBLIC,
  account: {
    HOST: ownLane,
    PARTICIPANT: own('participant'),
    NETWORK_OPERATOR: ownOrganisation,
    DISTRIBUTOR: ownOrganisation,
    MARKET_OPERATOR: ownOrganisation,
  },
  hold: {
    HOST: ownLane,
    PARTICIPANT: ({ participant }, row) =>
      participant
        ? sql`${row}.lane = ${participant.lane} and exists (select 1 from account o where o.lane = ${row}.lane
            and o.number in (${row}.account, ${row}.payee) and o.participant = ${participant.number}::bigint)`
        : sql`false`,
  },
  agreement: { HOST: ownLane, PARTICIPANT: ownConnection('seller', 'buyer') },
  reading: {
    HOST: ownLane,
    PARTICIPANT: ownConnection('connection'),
    NETWORK_OPERATOR: ({ organisation }, row) =>
      sql`exists (select 1 from connection o join network w on w.number = o.network and w.lane = o.lane
        where o.lane = ${row}.lane and o.number = ${row}.connection and w.operator = ${organisation})`,
    METERING_DATA_PROVIDER: appointed('connection'),
  },
  run: {
    HOST: ownLane,
    PARTICIPANT: hostLane,
    NETWORK_OPERATOR: ({ organisation }, row) =>
      sql`exists (select 1 from market o join network w on w.number = o.network and w.lane = o.lane
        where o.lane = ${row}.lane and o.number = ${row}.market and w.operator = ${organisation})`,
    MARKET_OPERATOR: everything,
  },
  position: { HOST: ownLane, PARTICIPANT: ownConnection('connection') },
  trade: { HOST: ownLane, PARTICIPANT: ownConnection('seller', 'buyer') },
  receivable: { HOST: ownLane, PARTICIPANT: ownConnection('connection') },
  transaction: {
    HOST: ownLane,
    PARTICIPANT: hostLane,
    NETWORK_OPERATOR: lanesOfNetworks,
    METERING_DATA_PROVIDER: ({ organisation }, row) => sql`${row}.organisation = ${organisation}`,
    MARKET_OPERATOR: ({ organisation }, row) => sql`${row}.organisation = ${organisation}`,
    DISTRIBUTOR: ({ organisation }, row) => sql`${row}.organisation = ${organisation}`,
  },
};

/** The condition under which a viewer sees rows of a kind, read under the kind's alias. */
export function visible(viewer: Viewer, kind: RowKind): Condition {
  const rule = viewer.role === 'REGULATOR' ? everything : (TABLE[kind][viewer.role] ?? nothing);
  return sql`(${rule(viewer, sql.ref(ROW_KINDS[kind]))})`;
}

/** Fewer members than this, and a participant is not told the totals of an interval: they would tell of its neighbours. */
export const TOTALS_MEMBERS = 5;
