/** The period of a statement: instants, or days of the zone of one of the participant's networks. */
import { sql } from 'kysely';
import { DateTime } from 'luxon';
import { ArgsType, Field, ID } from 'type-graphql';
import { decodeRef } from '../../node-id.js';
import { Instant, LocalDate } from '../../scalars.js';
import { isTimeZone } from '../../time-zone.js';
import type { Database } from '../../readmodel/database.js';
import { badInput } from '../paging.js';
import type { Participant } from '../registration/types.js';

/** Longest period of one statement: what one answer has to sum is bounded. */
export const MOST_DAYS = 100;
const DAY_MS = 86_400_000;
/** A day of a changing zone has up to 25 hours. */
const MOST_MS = MOST_DAYS * DAY_MS + DAY_MS / 24;

@ArgsType()
export class StatementArgs {
  @Field(() => Instant, { nullable: true, description: 'First interval start; with `to`.' })
  declare from?: number | null;
  @Field(() => Instant, { nullable: true, description: 'First interval start after the period.' })
  declare to?: number | null;
  @Field(() => LocalDate, {
    nullable: true,
    description: 'First day, in the time zone of a network; with `toDay`, in place of instants.',
  })
  declare fromDay?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Last day, which is part of the period.' })
  declare toDay?: string | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Node id of the network whose days are meant, one that the participant is connected to; by default that of its ' +
      'oldest connection.',
  })
  declare network?: string | null;
}

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
  /** Zone of whose days it is made; null where it is given by instants. */
  readonly timeZone: string | null;
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null;

/** Whether the arguments name a period by instants or by days; anything else is refused. */
export function checkPeriod({ from, to, fromDay, toDay, network }: StatementArgs): void {
  const byInstants = isGiven(from) && isGiven(to) && !isGiven(fromDay) && !isGiven(toDay);
  const byDays = isGiven(fromDay) && isGiven(toDay) && !isGiven(from) && !isGiven(to);
  if (!byInstants && !byDays) badInput('a period is given by from and to, or by fromDay and toDay');
  if (byInstants) checkLength(from, to);
  if (byInstants && isGiven(network)) badInput('network goes with fromDay and toDay');
}

/** Days that arguments ask for, as far as they tell; one that asks for more than it may is refused later. */
export function daysOf({ from, to, fromDay, toDay }: StatementArgs): number {
  let ms = 0;
  if (isGiven(from) && isGiven(to)) ms = to - from;
  else if (isGiven(fromDay) && isGiven(toDay)) ms = Date.parse(toDay) - Date.parse(fromDay) + DAY_MS;
  return Math.min(Math.max(Math.ceil(ms / DAY_MS), 1), MOST_DAYS) || MOST_DAYS;
}

/** The period of arguments that have been checked. */
export async function periodOf(
  args: StatementArgs,
  participant: Participant,
  database: Database,
): Promise<Period> {
  const { from, to, fromDay, toDay, network } = args;
  if (isGiven(from) && isGiven(to)) return { fromMs: from, toMs: to, timeZone: null };
  const zone = await zoneOf(participant, network, database);
  const startOf = (day: string, after: number): number =>
    DateTime.fromISO(day, { zone }).plus({ days: after }).startOf('day').toMillis();
  const [fromMs, toMs] = [startOf(fromDay as string, 0), startOf(toDay as string, 1)];
  checkLength(fromMs, toMs);
  return { fromMs, toMs, timeZone: zone };
}

function checkLength(fromMs: number, toMs: number): void {
  if (toMs <= fromMs)
    badInput(
      'the period ends before it begins: `from` must lie before `to`, and `fromDay` not after `toDay`',
    );
  // What is no number is refused as well.
  const isPeriod = toMs - fromMs <= MOST_MS;
  if (!isPeriod) badInput(`a period of at most ${MOST_DAYS} days is wanted`);
}

/**
 * The zone of the network that is named, or of the participant's oldest connection of which the zone is known: an
 * operator that connects a further meter of it, or mistypes a zone, takes nobody's days away.
 */
async function zoneOf(
  { lane, row }: Participant,
  named: string | null | undefined,
  { db }: Database,
): Promise<string> {
  const { rows } = await sql<{
    network: string;
    zone: string;
  }>`select n.number as network, n.time_zone as zone
    from connection c join network n on n.number = c.network and n.lane = c.lane
    where c.participant = ${row.number}::bigint and c.lane = ${lane}
    group by n.number, n.time_zone order by min(c.number)`.execute(db);
  if (!isGiven(named)) return rows.length === 0 ? 'UTC' : knownOf(rows);
  const ref = decodeRef('Network', named);
  const chosen = rows.filter(({ network }) => ref?.lane === lane && Number(network) === ref.number);
  return chosen.length === 0 ? badInput('network is none that it is connected to') : knownOf(chosen);
}

const knownOf = (networks: readonly { readonly zone: string }[]): string =>
  networks.find(({ zone }) => isTimeZone(zone))?.zone ??
  badInput('the time zone of its network is not known: give from and to');
