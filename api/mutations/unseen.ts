/** Refusals that tell of an account which the viewer may not see: to it, what is not its own is not there (A2). */
import type { CommandShape } from '../../schema/command.js';
import type { ErrorCode } from '../../schema/errors.js';
import type { CommandOutcome } from '../lanes/outcome.js';
import type { Loaders } from '../loaders.js';
import { decodeRef } from '../node-id.js';
import type { Input } from './read-command.js';

/** Codes that the ledger gives only of an account that there is. */
const TELLING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ACCOUNT_KIND', 'UNIT_MISMATCH']);

/**
 * The outcome as the viewer may learn it. The ledger tells the kind and unit of an account also to whoever guesses its
 * number, and must come to that same event at every replay; so what is told alike is told so here.
 */
export async function asSeen(
  shape: CommandShape,
  input: Input,
  outcome: CommandOutcome,
  loaders: Loaders,
): Promise<CommandOutcome> {
  const { refusal } = outcome;
  if (!refusal || !TELLING.has(refusal.code) || !Object.hasOwn(shape.fields, refusal.field)) return outcome;
  const of = shape.fields[refusal.field];
  if (of.kind !== 'integer' || of.ref !== 'Account') return outcome;
  const account = decodeRef('Account', String(input[refusal.field]));
  if (account && (await loaders.load('Account', account))) return outcome;
  return { ...outcome, refusal: { ...refusal, code: 'NOT_FOUND' } };
}
