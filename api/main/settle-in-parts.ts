/** Settles an interval that has more connections than settle at once: opens its run and posts the parts. */
import type { CommandShape } from '../../schema/command.js';
import type { ErrorCode } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { runOpen, runPost } from '../../schema/trade/metering.js';
import { accountOpen } from '../../schema/trade/registration.js';
import { commandOf } from '../demo/commands.js';
import type { Lanes } from '../lanes/lanes.js';
import type { CommandOutcome } from '../lanes/outcome.js';
import type { Ledger } from '../../network/ledger.js';
import type { Database } from '../readmodel/database.js';
import type { Projector } from '../readmodel/projector.js';

/** What it works with. */
export interface Running {
  readonly lanes: Lanes;
  readonly database: Database;
  readonly projector: Pick<Projector, 'waitFor'>;
  readonly ledger: Pick<Ledger, 'height'>;
}

/** Refusals after which fewer members are tried at a time. */
const TOO_LARGE: ReadonlySet<ErrorCode> = new Set([
  'EVENT_TOO_LARGE',
  'TRANSACTION_TOO_LARGE',
  'PAGE_TOO_LARGE',
  'POSTINGS_LIMIT',
]);

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
  { lanes, database, projector, ledger }: Running,
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
  const isCarriedOn = opened.refusal?.code === 'RUN_OPEN';
  if (opened.refusal && !isCarriedOn) return opened.refusal.code;
  const posted = async (): Promise<number> => {
    await projector.waitFor(ledger.height());
    return membersPosted(database, { lane, market, start });
  };
  let members: number = LIMITS.metersPerSettlement;
  for (let from = isCarriedOn ? await posted() : 0; ;) {
    const { refusal, events } = await give(runPost, { market, start, from, members });
    // Somebody else posts it too.
    if (refusal?.code === 'ALREADY_SETTLED' && refusal.field === 'from') from = await posted();
    else if (refusal && TOO_LARGE.has(refusal.code) && members > 1) members = Math.ceil(members / 2);
    else if (refusal) return refusal.code;
    else if (events.some(({ name }) => name === 'runCompleted')) return undefined;
    else from += members;
  }
}

/** Members of an open run that are posted. */
async function membersPosted({ db }: Database, { lane, market, start }: LargeInterval): Promise<number> {
  const { count } = await db
    .selectFrom('open_position')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('lane', '=', lane)
    .where('market', '=', String(market))
    .where('start', '=', String(start))
    .executeTakeFirstOrThrow();
  return Number(count);
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
