/** What a mutation answers of a command's outcome. */
import type { CommandShape } from '../../schema/command.js';
import { ERRORS, GridbookError, Refusal, type ErrorCode } from '../../schema/errors.js';
import type { CommandOutcome } from '../lanes/outcome.js';
import { encodeNodeId } from '../node-id.js';
import { userError, type Payload } from './payload.js';

interface GivenRefusal {
  readonly code: ErrorCode;
  readonly field: string;
  /** What is wanted of the field, where it is known. */
  readonly sentence?: string;
}

/** What the caller learns as data: refusals of the form, and of what would not fit a transaction even alone. */
export function refusalOf(error: unknown): GivenRefusal | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof GridbookError)) return undefined;
  // To whoever is no part of it, a lane that is another's or not there is one and the same.
  if (error.code === 'WRONG_LANE' || error.code === 'NOT_ADMITTED')
    return { code: 'NOT_ADMITTED', field: 'lane' };
  return ERRORS[error.code].kind === 'business' ? { code: error.code, field: '' } : undefined;
}

export function outcomePayload(shape: CommandShape, lane: string, outcome: CommandOutcome): Payload {
  const { refusal, receipt, replayed } = outcome;
  const number = shape.creates && numberOf(shape.creates, outcome);
  return {
    userErrors: refusal ? [userError(refusal.code, refusal.field)] : [],
    receipt: {
      transactionId: receipt.transactionId,
      block: String(receipt.block),
      position: receipt.index,
      commandIndex: receipt.commandIndex,
      height: String(receipt.block + 1),
      time: receipt.timeMs,
      replayed,
    },
    ...(shape.creates ? { id: number === undefined ? null : encodeNodeId(shape.creates, lane, number) } : {}),
  };
}

/** The number that an event gives the record: in a field of the kind's name. */
function numberOf(
  kind: NonNullable<CommandShape['creates']>,
  { events }: CommandOutcome,
): number | undefined {
  const field = kind.charAt(0).toLowerCase() + kind.slice(1);
  for (const event of events) if (typeof event.fields[field] === 'number') return event.fields[field];
  return undefined;
}
