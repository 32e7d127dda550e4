/**
 * The rules of visibility, each a condition on a row. A rule never joins the row that it judges: it names what must
 * exist beside it, so that it fits a list, a look-up and a loader alike.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Viewer } from '../auth/viewer.js';

export type Condition = RawBuilder<boolean>;
/** The condition under which a viewer sees a row, given the alias under which the row is read. */
export type Rule = (viewer: Viewer, row: RawBuilder<unknown>) => Condition;

export const nothing: Rule = () => sql`false`;

/** A rule for participants; whoever is none sees nothing by it. */
const asParticipant =
  (rule: (participant: { lane: string; number: number }, row: RawBuilder<unknown>) => Condition): Rule =>
  ({ participant }, row) =>
    participant ? rule(participant, row) : sql`false`;

/** The host's lane bears its name. */
export const ownLane: Rule = ({ organisation }, row) => sql`${row}.lane = ${organisation}`;
/** The lane that hosts the participant. */
export const hostLane: Rule = asParticipant(({ lane }, row) => sql`${row}.lane = ${lane}`);
/** Lanes in which the organisation operates a network. */
export const lanesOfNetworks: Rule = ({ organisation }, row) =>
  sql`${row}.lane in (select o.lane from network o where o.operator = ${organisation})`;
/** Lanes in which the organisation is the metering data provider of a connection. */
export const lanesOfAppointments: Rule = ({ organisation }, row) =>
  sql`${row}.lane in (select o.lane from connection o where o.metering_data_provider = ${organisation})`;

/** Lanes to which their hosts admitted the organisation in the role in which it asks. */
export const lanesOfAdmission: Rule = ({ organisation, role }, row) =>
  sql`${row}.lane in (select o.lane from admission o where o.organisation = ${organisation} and o.role = ${role})`;
/** Rows of any lane, or of none: for whoever is admitted to a lane in the role in which it asks. */
export const hasAdmission: Rule = ({ organisation, role }) =>
  sql`exists (select 1 from admission o where o.organisation = ${organisation} and o.role = ${role})`;

/** Rows that name the participant in a column. */
export const own = (column: string): Rule =>
  asParticipant(
    ({ lane, number }, row) => sql`${row}.lane = ${lane} and ${row}.${sql.ref(column)} = ${number}::bigint`,
  );

/** Rows that name, in one of the columns, a record of the participant that another table tells of. */
const ownBy =
  (table: 'connection' | 'account') =>
  (...columns: readonly string[]): Rule =>
    asParticipant(({ lane, number }, row) => {
      const mine = sql`select o.number from ${sql.table(table)} o
        where o.lane = ${lane} and o.participant = ${number}::bigint`;
      const any = columns.map((column) => sql`${row}.${sql.ref(column)} in (${mine})`);
      return sql`${row}.lane = ${lane} and (${sql.join(any, sql` or `)})`;
    });
export const ownConnection = ownBy('connection');
export const ownAccount = ownBy('account');

/** Rows that name, in a column, a network that the organisation operates. */
export const onOwnNetwork =
  (column: string): Rule =>
  ({ organisation }, row) =>
    sql`exists (select 1 from network o where o.number = ${row}.${sql.ref(column)} and o.lane = ${row}.lane
      and o.operator = ${organisation})`;

/** Rows that name, in a column, a connection or a market on a network that the organisation operates. */
export const byOwnNetwork =
  (table: 'connection' | 'market', column: string): Rule =>
  ({ organisation }, row) =>
    sql`exists (select 1 from ${sql.table(table)} o join network w on w.number = o.network and w.lane = o.lane
      where o.number = ${row}.${sql.ref(column)} and o.lane = ${row}.lane and w.operator = ${organisation})`;

/** Participants with a connection on a network that the organisation operates. */
export const onOwnNetworks: Rule = ({ organisation }, row) =>
  sql`exists (select 1 from connection o join network w on w.number = o.network and w.lane = o.lane
    where o.participant = ${row}.number and o.lane = ${row}.lane and w.operator = ${organisation})`;

/** Connections for which the organisation is appointed as metering data provider. */
export const appointed: Rule = ({ organisation }, row) =>
  sql`${row}.metering_data_provider = ${organisation}`;

/** Rows that name, in a column, a connection for which the organisation is appointed. */
export const byAppointment =
  (column: string): Rule =>
  ({ organisation }, row) =>
    sql`exists (select 1 from connection o where o.number = ${row}.${sql.ref(column)} and o.lane = ${row}.lane
      and o.metering_data_provider = ${organisation})`;

/** Accounts of the organisation itself, not of those whom it hosts. */
export const ownOrganisation: Rule = ({ organisation }, row) =>
  sql`${row}.organisation = ${organisation} and ${row}.participant is null`;

/** Rows that name, in a column, an account of the organisation itself. */
export const byOwnOrganisation =
  (column: string): Rule =>
  ({ organisation }, row) =>
    sql`exists (select 1 from account o where o.number = ${row}.${sql.ref(column)} and o.lane = ${row}.lane
      and o.organisation = ${organisation} and o.participant is null)`;

/** Rows that belong to no lane: for the host of one, which has a first transaction. */
export const hasLane: Rule = ({ organisation }) =>
  sql`exists (select 1 from transaction o where o.leaf = 0 and o.lane = ${organisation} and o.valid)`;
/** Rows that belong to no lane: for whoever operates a network in one. */
export const hasNetwork: Rule = ({ organisation }) =>
  sql`exists (select 1 from network o where o.operator = ${organisation})`;
/** Rows that belong to no lane: for whoever is appointed in one. */
export const hasAppointment: Rule = ({ organisation }) =>
  sql`exists (select 1 from connection o where o.metering_data_provider = ${organisation})`;
