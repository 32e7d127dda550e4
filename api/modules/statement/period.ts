/** The period of a statement: instants, or days of the zone that the participant's network names. */
import { sql } from 'kysely';
import { DateTime } from 'luxon';
import { ArgsType, Field } from 'type-graphql';
import { Instant, LocalDate } from '../../scalars.js';
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
    description:
      'First day, in the time zone of the participant’s network; with `toDay`, in place of instants.',
  })
  declare fromDay?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Last day, which is part of the period.' })
  declare toDay?: string | null;
}

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null;

/** Whether the arguments name a period by instants or by days; anything else is refused. */
export function checkPeriod({ from, to, fromDay, toDay }: StatementArgs): void {
  const byInstants = isGiven(from) && isGiven(to) && !isGiven(fromDay) && !isGiven(toDay);
  const byDays = isGiven(fromDay) && isGiven(toDay) && !isGiven(from) && !isGiven(to);
  if (!byInstants && !byDays) badInput('a period is given by from and to, or by fromDay and toDay');
  if (byInstants) checkLength({ fromMs: from, toMs: to });
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
  const { from, to, fromDay, toDay } = args;
  if (isGiven(from) && isGiven(to)) return { fromMs: from, toMs: to };
  const zone = await zoneOf(participant, database);
  const startOf = (day: string, after: number): number =>
    DateTime.fromISO(day, { zone }).plus({ days: after }).startOf('day').toMillis();
  const period = { fromMs: startOf(fromDay as string, 0), toMs: startOf(toDay as string, 1) };
  checkLength(period);
  return period;
}

function checkLength({ fromMs, toMs }: Period): void {
  if (toMs <= fromMs || toMs - fromMs > MOST_MS) badInput(`a period of at most ${MOST_DAYS} days is wanted`);
}

async function zoneOf({ lane, row }: Participant, { db }: Database): Promise<string> {
  const { rows } = await sql<{ zone: string }>`select distinct n.time_zone as zone
    from connection c join network n on n.number = c.network and n.lane = c.lane
    where c.participant = ${row.number}::bigint and c.lane = ${lane}`.execute(db);
  if (rows.length > 1) badInput('its connections lie in several time zones: give from and to');
  return rows.length === 0 ? 'UTC' : rows[0].zone;
}
