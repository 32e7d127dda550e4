/** Settles an interval that has more connections than settle at once: opens its run and posts the parts. */
import type { CommandShape } from '../../schema/command.js';
import type { ErrorCode } from '../../schema/errors.js';
import { runOpen, runPost } from '../../schema/trade/metering.js';
import { accountOpen } from '../../schema/trade/registration.js';
import { commandOf } from '../demo/commands.js';
import type { Lanes } from '../lanes/lanes.js';
import type { CommandOutcome } from '../lanes/outcome.js';
import type { Database } from '../readmodel/database.js';

export interface LargeInterval {
  readonly lane: string;
  /** Number of the market. */
  readonly market: number;
  /** Start of the interval, in ms since 1970. */
  readonly start: number;
}

/**
 * As the host of the lane. A run that somebody else opened, or left half posted, is carried on. Answers why it was
 * refused; undefined where the interval is settled.
 */
export async function settleInParts(
  lanes: Lanes,
  database: Database,
  { lane, market, start }: LargeInterval,
): Promise<ErrorCode | undefined> {
  const give = async (shape: CommandShape, args: object): Promise<CommandOutcome> => {
    const identity = { organisation: lane, role: 'HOST' };
    const [outcome] = await lanes.submitBatch(lane, identity, [commandOf(shape, args)]);
    return outcome;
  };
  const clearingAccount = await clearingAccountOf(database, { lane, market }, give);
  if (typeof clearingAccount === 'string') return clearingAccount;
  const opened = await give(runOpen, { market, start, clearingAccount });
  if (opened.refusal && opened.refusal.code !== 'RUN_OPEN') return opened.refusal.code;
  for (let part = 0; ; part++) {
    const { refusal, events } = await give(runPost, { market, start, part });
    const isPosted = refusal?.code === 'ALREADY_SETTLED' && refusal.field === 'part';
    if (refusal && !isPosted) return refusal.code;
    if (events.some(({ name }) => name === 'runCompleted')) return undefined;
  }
}

/** The lane's clearing account in the market's unit; opened where there is none. */
async function clearingAccountOf(
  { db }: Database,
  { lane, market }: Omit<LargeInterval, 'start'>,
  give: (shape: CommandShape, args: object) => Promise<CommandOutcome>,
): Promise<number | ErrorCode> {
  const { unit } = await db
    .selectFrom('market')
    .select('unit')
    .where('lane', '=', lane)
    .where('number', '=', String(market))
    .executeTakeFirstOrThrow();
  const found = await db
    .selectFrom('account')
    .select('number')
    .where('lane', '=', lane)
    .where('unit', '=', unit)
    .where('kind', '=', 'CLEARING')
    .orderBy('number')
    .executeTakeFirst();
  if (found) return Number(found.number);
  const args = { participant: 0, network: 0, unit: Number(unit), kind: 'CLEARING', floorMicros: 0 };
  const { refusal, events } = await give(accountOpen, args);
  return refusal ? refusal.code : (events[0].fields.account as number);
}
