/** Reads the outcomes of commands from their transaction's event. */
import type { BatchEvent, WireEvent } from '../../schema/batch-event.js';
import type { EventShape } from '../../schema/command.js';
import { errorCodeOf, type ErrorCode } from '../../schema/errors.js';
import { decodeEvent, type DecodedEvent } from '../../schema/read-event.js';
import type { CommandOutcome, CommandReceipt, TransactionPlace } from './outcome.js';

type Shapes = ReadonlyMap<string, EventShape>;

/** A command that was applied; its events are decoded when somebody asks for them. */
export class Applied implements CommandOutcome {
  readonly replayed = false;

  constructor(
    readonly receipt: CommandReceipt,
    private readonly wire: readonly WireEvent[],
    private readonly shapes: Shapes,
  ) {}

  get events(): DecodedEvent[] {
    return this.wire.map((event) => decodeEvent(event, this.shapes));
  }
}

export const refusalOf = (code: number, field: string): { code: ErrorCode; field: string } => ({
  code: errorCodeOf(code) ?? 'INTERNAL',
  field,
});

/** The outcome of one command of a transaction. */
export function outcomeAt(
  event: BatchEvent,
  commandIndex: number,
  place: TransactionPlace,
  shapes: Shapes,
): CommandOutcome {
  const receipt = { ...place, commandIndex };
  const refused = event.refused.find(([index]) => index === commandIndex);
  if (refused) return { receipt, replayed: false, refusal: refusalOf(refused[1], refused[2]), events: [] };
  const wire = event.events.filter(([index]) => index === commandIndex);
  return { receipt, replayed: false, events: wire.map((one) => decodeEvent(one, shapes)) };
}
