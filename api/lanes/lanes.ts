/**
 * Group commit. A lane has one transaction in flight; what arrives meanwhile forms the next batch, so that a busy lane
 * pays for one transaction many times over, and a lone command waits for nobody.
 */
import type { CommittedTransaction, IdentityRef, Ledger } from '../../network/ledger.js';
import { decodeBatchEvent, type WireEvent } from '../../schema/batch-event.js';
import { encodeBatch, type CommandInput, type EventShape } from '../../schema/command.js';
import { errorCodeOf, GridbookError, type ErrorCode } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { decodeEvent, type DecodedEvent } from '../../schema/read-event.js';
import { assertForm } from './form.js';
import type { CommandOutcome, CommandReceipt } from './outcome.js';
import { CommandQueue, type Waiting } from './queue.js';

export interface LanesOptions {
  readonly ledger: Ledger;
  readonly events: readonly EventShape[];
  /** Finds the transaction that is a leaf of a lane's log, so that a replay gets its first receipt. */
  readonly findByLeaf?: (
    lane: string,
    leaf: number,
  ) => Promise<Omit<CommandReceipt, 'commandIndex'> | undefined>;
}

export interface CommandRequest {
  readonly lane: string;
  readonly identity: IdentityRef;
  readonly command: CommandInput;
}

/** Refusals that a smaller batch may pass; a command that is a fault of its own holds up no other. */
const SPLIT: ReadonlySet<ErrorCode> = new Set([
  'ARGUMENTS_TOO_LARGE',
  'EVENT_TOO_LARGE',
  'TRANSACTION_TOO_LARGE',
  'PAGE_TOO_LARGE',
  'BATCH_TOO_SPREAD',
  'INTERNAL',
  'MALFORMED_BATCH',
]);
/** How often a batch is tried again after a conflict. */
const CONFLICT_TRIES = 5;

export class Lanes {
  private readonly lanes = new Map<string, { queue: CommandQueue; running: Promise<void> | undefined }>();
  private readonly events: ReadonlyMap<string, EventShape>;
  private closed = false;

  constructor(private readonly options: LanesOptions) {
    this.events = new Map(options.events.map((shape) => [shape.name, shape]));
  }

  /**
   * Gives a command and answers what became of it. Refused at once with a `Refusal` where its form is wrong, with
   * OVERLOADED where too much waits already.
   */
  async submit({ lane, identity, command }: CommandRequest): Promise<CommandOutcome> {
    const [outcome] = await this.submitBatch(lane, identity, [command]);
    return outcome;
  }

  /** Gives commands of one identity in their order; all of them are queued, or none. */
  async submitBatch(
    lane: string,
    identity: IdentityRef,
    commands: readonly CommandInput[],
  ): Promise<CommandOutcome[]> {
    if (this.closed) throw new GridbookError('LEDGER_UNAVAILABLE');
    for (const command of commands) assertForm(command);
    const at = this.laneOf(lane);
    if (at.queue.length + commands.length > LIMITS.laneQueue) throw new GridbookError('OVERLOADED');
    const outcomes = commands.map(
      (command) =>
        new Promise<CommandOutcome>((resolve, reject) => {
          at.queue.push({ identity, command, bytes: bytesOf(command), resolve, reject });
        }),
    );
    // A command that arrives while the event loop turns joins the batch of those that arrived with it.
    at.running ??= Promise.resolve().then(() => this.run(lane, at));
    return Promise.all(outcomes);
  }

  /** Commands that wait, over all lanes. */
  get waiting(): number {
    let sum = 0;
    for (const { queue } of this.lanes.values()) sum += queue.length;
    return sum;
  }

  /** Takes nothing more and finishes what waits. */
  async close(): Promise<void> {
    this.closed = true;
    for (const at of this.lanes.values()) await at.running;
  }

  private laneOf(lane: string): { queue: CommandQueue; running: Promise<void> | undefined } {
    let at = this.lanes.get(lane);
    if (!at) {
      if (this.lanes.size >= LIMITS.lanes) throw new GridbookError('OVERLOADED');
      this.lanes.set(lane, (at = { queue: new CommandQueue(), running: undefined }));
    }
    return at;
  }

  private async run(
    lane: string,
    at: { queue: CommandQueue; running: Promise<void> | undefined },
  ): Promise<void> {
    while (at.queue.length > 0) await this.commit(lane, at.queue.next());
    at.running = undefined;
  }

  /** Commits a batch; where it is too large for one transaction, its halves one after the other. Never throws. */
  private async commit(lane: string, batch: readonly Waiting[]): Promise<void> {
    try {
      await this.settle(lane, batch, await this.transact(lane, batch));
    } catch (error) {
      const code = error instanceof GridbookError ? error.code : undefined;
      if (code && SPLIT.has(code) && batch.length > 1) {
        const middle = batch.length >> 1;
        await this.commit(lane, batch.slice(0, middle));
        await this.commit(lane, batch.slice(middle));
        return;
      }
      const failure =
        error instanceof GridbookError ? error : new GridbookError('INTERNAL', undefined, { cause: error });
      for (const item of batch) item.reject(failure);
    }
  }

  private async transact(lane: string, batch: readonly Waiting[]): Promise<CommittedTransaction> {
    const args = encodeBatch(
      lane,
      batch.map((item) => item.command),
    );
    for (let tries = 1; ; tries++) {
      try {
        return await this.options.ledger.submit({ lane, identity: batch[0].identity, args });
      } catch (error) {
        const isConflict = error instanceof GridbookError && error.code === 'MVCC_CONFLICT';
        if (!isConflict || tries === CONFLICT_TRIES) throw error;
      }
    }
  }

  private async settle(lane: string, batch: readonly Waiting[], t: CommittedTransaction): Promise<void> {
    const event = decodeBatchEvent(t.event);
    const place = { transactionId: t.transactionId, block: t.block, index: t.index, timeMs: t.time };
    const refused = new Map(event.refused.map(([index, code, field]) => [index, { code, field }]));
    const replayed = new Map(event.replayed.map(([index, ...first]) => [index, first]));
    let next = 0;
    for (let i = 0; i < batch.length; i++) {
      const from = next;
      while (next < event.events.length && event.events[next][0] === i) next++;
      const receipt = { ...place, commandIndex: i };
      const first = replayed.get(i);
      const refusal = refused.get(i);
      if (first) batch[i].resolve(await this.replayOf(lane, first, receipt));
      else if (refusal)
        batch[i].resolve({ receipt, replayed: false, events: [], refusal: refusalOf(refusal) });
      else batch[i].resolve(new Applied(receipt, event.events.slice(from, next), this.events));
    }
  }

  /** The first outcome again, with the first receipt where it can be found. */
  private async replayOf(
    lane: string,
    [leaf, commandIndex, code]: readonly [leaf: number, index: number, code: number],
    now: CommandReceipt,
  ): Promise<CommandOutcome> {
    const found = await this.options.findByLeaf?.(lane, leaf);
    const receipt = found ? { ...found, commandIndex } : now;
    const outcome = { receipt, replayed: true, events: [] };
    return code === 0 ? outcome : { ...outcome, refusal: refusalOf({ code, field: '' }) };
  }
}

/** An applied command; its events are decoded when somebody asks for them. */
class Applied implements CommandOutcome {
  readonly replayed = false;

  constructor(
    readonly receipt: CommandReceipt,
    private readonly wire: readonly WireEvent[],
    private readonly shapes: ReadonlyMap<string, EventShape>,
  ) {}

  get events(): DecodedEvent[] {
    return this.wire.map((event) => decodeEvent(event, this.shapes));
  }
}

function refusalOf({ code, field }: { code: number; field: string }): { code: ErrorCode; field: string } {
  return { code: errorCodeOf(code) ?? 'INTERNAL', field };
}

/** About what a command adds to the arguments: its key, and its values as JSON. */
function bytesOf({ shape, args }: CommandInput): number {
  let bytes = 24;
  for (const name in shape.fields) {
    const { kind } = shape.fields[name];
    if (kind === 'integer') bytes += 14;
    else if (kind === 'boolean' || kind === 'choice') bytes += 6;
    else bytes += JSON.stringify(args[name] ?? null).length * 2 + 1;
  }
  return shape.rows ? bytes + JSON.stringify(args.rows).length : bytes;
}
