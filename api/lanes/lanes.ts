/**
 * Group commit. A lane has one transaction in flight; what arrives meanwhile forms the next batch, so that a busy lane
 * pays for one transaction many times over, and a lone command waits for nobody. Those who give commands take turns.
 */
import type { CommittedTransaction, IdentityRef, Ledger } from '../../network/ledger.js';
import { decodeBatchEvent } from '../../schema/batch-event.js';
import { encodeBatch, type CommandInput, type EventShape } from '../../schema/command.js';
import { GridbookError, type ErrorCode } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { FirstOutcomes, type FindByLeaf, type Repetition } from './first-outcomes.js';
import { assertForm } from './form.js';
import type { CommandOutcome, CommandReceipt } from './outcome.js';
import { Applied, refusalOf } from './outcomes.js';
import { CommandQueue, type Waiting } from './queue.js';

export interface LanesOptions {
  readonly ledger: Ledger;
  readonly events: readonly EventShape[];
  /** Finds the transaction that is a leaf of a lane's log, so that a repeated command gets its first outcome. */
  readonly findByLeaf?: FindByLeaf;
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
  'WORK_LIMIT',
  'PAGE_TOO_LARGE',
  'BATCH_TOO_SPREAD',
  'INTERNAL',
  'MALFORMED_BATCH',
]);
/** How often a batch is tried again after a conflict. */
const CONFLICT_TRIES = 5;

/** A lane in which something waits or is under way. */
interface BusyLane {
  readonly queue: CommandQueue;
  running: Promise<void> | undefined;
}

/** Is told what became of the command at an index of its transaction. */
type Tell = (index: number, outcome: CommandOutcome) => void;

/** A command that had been decided before, and what its transaction says of the first time. */
interface Repeated {
  readonly repetition: Repetition;
  /** Receipt of the repetition itself. */
  readonly now: CommandReceipt;
}

export class Lanes {
  private readonly lanes = new Map<string, BusyLane>();
  private readonly events: ReadonlyMap<string, EventShape>;
  private readonly firsts: FirstOutcomes;
  private readonly answering = new Set<Promise<void>>();
  private closed = false;

  constructor(private readonly options: LanesOptions) {
    this.events = new Map(options.events.map((shape) => [shape.name, shape]));
    this.firsts = new FirstOutcomes(options.ledger, this.events, options.findByLeaf);
  }

  /**
   * Gives a command and answers what became of it. Refused at once with a `Refusal` where its form is wrong, with
   * OVERLOADED where too much waits already.
   */
  async submit({ lane, identity, command }: CommandRequest): Promise<CommandOutcome> {
    const [outcome] = await this.submitBatch(lane, identity, [command]);
    return outcome;
  }

  /** Gives commands of one identity; each actor's are decided in their order. All of them are queued, or none. */
  async submitBatch(
    lane: string,
    identity: IdentityRef,
    commands: readonly CommandInput[],
  ): Promise<CommandOutcome[]> {
    if (this.closed) throw new GridbookError('LEDGER_UNAVAILABLE');
    if (commands.length === 0) return [];
    const bytes = commands.map(assertForm);
    const at = this.laneOf(lane);
    const isOver = at.queue.isOver(
      commands.length,
      bytes.reduce((a, b) => a + b, 0),
    );
    if (isOver) throw new GridbookError('OVERLOADED');
    const outcomes = commands.map(
      (command, i) =>
        new Promise<CommandOutcome>((resolve, reject) => {
          at.queue.push({ identity, command, bytes: bytes[i], resolve, reject });
        }),
    );
    this.lanes.set(lane, at);
    // A command that arrives while the event loop turns joins the batch of those that arrived with it.
    at.running ??= Promise.resolve().then(() => this.run(lane, at));
    return Promise.all(outcomes);
  }

  /** What became of the commands of a transaction that was committed outside the lanes, in their order. */
  async outcomesOf(
    lane: string,
    count: number,
    transaction: CommittedTransaction,
  ): Promise<CommandOutcome[]> {
    const outcomes = new Array<CommandOutcome>(count);
    await this.settle(lane, count, transaction, (i, outcome) => (outcomes[i] = outcome));
    return outcomes;
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
    await Promise.all(this.answering);
  }

  private laneOf(lane: string): BusyLane {
    const at = this.lanes.get(lane);
    if (at) return at;
    if (this.lanes.size >= LIMITS.lanes) throw new GridbookError('OVERLOADED');
    return { queue: new CommandQueue(), running: undefined };
  }

  /** Commits until nothing waits; then the lane is let go, as anybody may name any number of lanes. */
  private async run(lane: string, at: BusyLane): Promise<void> {
    while (at.queue.length > 0) await this.commit(lane, at.queue.next());
    this.lanes.delete(lane);
  }

  /** Commits a batch; where it is too large for one transaction, its halves one after the other. Never throws. */
  private async commit(lane: string, batch: readonly Waiting[]): Promise<void> {
    let transaction: CommittedTransaction;
    try {
      transaction = await this.transact(lane, batch);
    } catch (error) {
      const code = error instanceof GridbookError ? error.code : undefined;
      if (!code || !SPLIT.has(code) || batch.length === 1) return rejectAll(batch, error);
      const middle = batch.length >> 1;
      await this.commit(lane, batch.slice(0, middle));
      return this.commit(lane, batch.slice(middle));
    }
    try {
      // Looking up first outcomes reads blocks; the lane does not wait for it.
      void this.settle(lane, batch.length, transaction, (i, outcome) => batch[i].resolve(outcome));
    } catch (error) {
      rejectAll(batch, error);
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

  /** Tells what became of each command; ends once those that had been decided before are told too. */
  private settle(lane: string, count: number, t: CommittedTransaction, tell: Tell): Promise<void> {
    const event = decodeBatchEvent(t.event);
    const place = { transactionId: t.transactionId, block: t.block, index: t.index, timeMs: t.time };
    this.firsts.remember(lane, event.leaf, place);
    const refused = new Map(event.refused.map(([index, code, field]) => [index, refusalOf(code, field)]));
    const before = new Map(event.replayed.map(([index, ...first]) => [index, first]));
    const repeated: Repeated[] = [];
    let next = 0;
    for (let i = 0; i < count; i++) {
      const from = next;
      while (next < event.events.length && event.events[next][0] === i) next++;
      const receipt = { ...place, commandIndex: i };
      const first = before.get(i);
      const refusal = refused.get(i);
      if (first) {
        const [leaf, commandIndex, code] = first;
        repeated.push({ repetition: { leaf, commandIndex, code }, now: receipt });
      } else if (refusal) tell(i, { receipt, replayed: false, refusal, events: [] });
      else tell(i, new Applied(receipt, event.events.slice(from, next), this.events));
    }
    return repeated.length > 0 ? this.answer(lane, repeated, tell) : Promise.resolve();
  }

  private answer(lane: string, repeated: readonly Repeated[], tell: Tell): Promise<void> {
    const work = this.answerAll(lane, repeated, tell).finally(() => this.answering.delete(work));
    this.answering.add(work);
    return work;
  }

  private async answerAll(lane: string, repeated: readonly Repeated[], tell: Tell): Promise<void> {
    const firstOf = this.firsts.reader(lane);
    for (const { repetition, now } of repeated) {
      // What was decided stands, also where the first place cannot be read: then the repetition's own receipt tells.
      const first = await firstOf(repetition).catch(() => undefined);
      tell(now.commandIndex, first ?? again(repetition, now));
    }
  }
}

/** What the repetition itself says of the first time. */
function again({ code }: Repetition, receipt: CommandReceipt): CommandOutcome {
  const outcome = { receipt, replayed: true, events: [] };
  return code === 0 ? outcome : { ...outcome, refusal: refusalOf(code, '') };
}

function rejectAll(batch: readonly Waiting[], error: unknown): void {
  const failure =
    error instanceof GridbookError ? error : new GridbookError('INTERNAL', undefined, { cause: error });
  for (const item of batch) item.reject(failure);
}
