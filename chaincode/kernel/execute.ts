/**
 * Runs a transaction: its commands in order, each whole or without a trace, then the lane's log, the memory of keys,
 * the pages and the one event.
 */
import { hash } from 'node:crypto';
import { encodeBatchEvent, type BatchEvent } from '../../schema/batch-event.js';
import type { Json } from '../../schema/canonical.js';
import { ERRORS, GridbookError, Refusal, type ErrorCode } from '../../schema/errors.js';
import { UnsafeIntegerError } from '../../schema/arithmetic.js';
import { LIMITS } from '../../schema/limits.js';
import { Accounts } from './accounts.js';
import { assertRole } from './authority.js';
import { decodeBatch, keyAt, SegmentArguments, type Batch, type Segment } from './batch.js';
import { CommandContext } from './command-context.js';
import { Directory } from './directory.js';
import { Bucket, bucketOf } from './idempotency.js';
import { LaneHead } from './lane-head.js';
import { commandText, digestOf } from './leaves.js';
import { PageMemory, PageMiss } from './pages.js';
import { hostedParticipant } from './participants.js';
import { Records } from './records.js';
import type { Registry } from './registry.js';
import { Results } from './results.js';
import type { Chaincode, StatePort } from './state-port.js';
import { hashToHex } from './tree.js';
import { UnitOfWork } from './unit-of-work.js';

/** Prefix of the state that all lanes share: names that are unique on the channel. */
const CHANNEL = '+';

/** Refusals that concern the size of the whole transaction: its lane splits the batch and tries again. */
const SIZE_CODES: ReadonlySet<ErrorCode> = new Set([
  'PAGE_TOO_LARGE',
  'EVENT_TOO_LARGE',
  'TRANSACTION_TOO_LARGE',
]);

export class Kernel implements Chaincode {
  private readonly memory: PageMemory;

  constructor(
    private readonly registry: Registry,
    options: { readonly memoryBytes?: number } = {},
  ) {
    this.memory = new PageMemory(options.memoryBytes);
  }

  async execute(port: StatePort, args: Uint8Array): Promise<void> {
    const batch = decodeBatch(args, this.registry.shapes);
    try {
      await new Execution(port, this.registry, this.memory, batch, args.length).run();
    } catch (error) {
      if (!(error instanceof GridbookError) || !SIZE_CODES.has(error.code) || batch.count > 1) throw error;
      // A lone command that is too large for any transaction is refused for good.
      await new Execution(port, this.registry, this.memory, batch, args.length, error.code).run();
    }
  }
}

/** The command in hand: of well-formed key, and no repetition. One object, as a transaction has thousands. */
class Given {
  segment!: Segment;
  arguments!: SegmentArguments;
  key = '';
  actor = 0;
  index = 0;
  /** Index in its segment. */
  at = 0;
  text = '';
  scope = 0;
  bucket!: Bucket;
}

class Execution {
  private readonly work: UnitOfWork;
  readonly records: Records;
  readonly accounts: Accounts;
  readonly names: Directory;
  readonly channelNames: Directory;
  private readonly buckets = new Map<number, Bucket>();
  private readonly results = new Results();
  private readonly given = new Given();
  private head!: LaneHead;
  private context!: CommandContext;
  private organisation = 0;

  constructor(
    readonly port: StatePort,
    private readonly registry: Registry,
    memory: PageMemory,
    private readonly batch: Batch,
    private readonly argumentBytes: number,
    private readonly refuseAll?: ErrorCode,
  ) {
    this.work = new UnitOfWork(port, memory);
    this.records = new Records(this.work, batch.lane);
    this.accounts = new Accounts(this.records);
    this.names = new Directory(this.work, batch.lane);
    this.channelNames = new Directory(this.work, CHANNEL);
  }

  async run(): Promise<void> {
    this.head = await LaneHead.open(this.work, this.batch.lane, this.port.timeMs);
    const { organisation, role } = this.port.creator;
    // A lane is opened by the host whose name it bears; only then can others use it.
    if (this.head.isNew) {
      if (organisation !== this.batch.lane || role !== 'HOST') throw new GridbookError('WRONG_LANE');
      this.head.setRole(organisation, role, true);
    }
    const number = this.head.numberIn(organisation, role);
    // Who has no standing here leaves no trace: no number, no key remembered, no moment of ledger time.
    if (number === undefined) throw new GridbookError('NOT_ADMITTED');
    this.organisation = number;
    this.work.keep();
    this.context = new CommandContext(this.port, this, this.head, this.organisation, this.results);
    let index = 0;
    for (const segment of this.batch.segments) {
      this.given.segment = segment;
      this.given.arguments = new SegmentArguments(segment);
      for (let i = 0; i < segment.count; i++) {
        // Only what must be loaded is waited for: a promise a command would cost as much as its rule.
        const loading = this.command(segment, i, index++);
        if (loading) await loading;
      }
    }
    await this.finish();
  }

  private command(segment: Segment, i: number, index: number): Promise<void> | undefined {
    const { key, timeMs } = keyAt(segment, i);
    const actorWire = Array.isArray(segment.actors) ? (segment.actors as Json[])[i] : segment.actors;
    const actor = Number.isSafeInteger(actorWire) && (actorWire as number) >= 0 ? (actorWire as number) : -1;
    const age = this.head.ledgerTimeMs - timeMs;
    if (age > LIMITS.idempotencyWindowMs || age < -LIMITS.idempotencyAheadMs) {
      this.results.refuse(index, key, actor, 'IDEMPOTENCY_KEY_EXPIRED', '');
      return undefined;
    }
    const bucket = this.buckets.get(bucketOf(timeMs));
    if (!bucket) return this.openBucket(bucketOf(timeMs)).then(() => this.command(segment, i, index));
    const text = commandText(segment, i, key, actor);
    // Only its host gives commands for a participant: what others claim to give is remembered as theirs.
    const isForParticipant = actor > 0 && this.port.creator.organisation === this.batch.lane;
    const scope = isForParticipant ? actor : -1 - this.organisation;
    const before = bucket.find(key, scope);
    if (before) {
      if (before.digest === digestOf(text)) {
        this.results.repeat(index, before);
      } else this.results.refuse(index, key, actor, 'IDEMPOTENCY_CONFLICT', '');
      return undefined;
    }
    if (bucket.isFull) {
      this.results.refuse(index, key, actor, 'IDEMPOTENCY_BUCKET_FULL', '');
      return undefined;
    }
    const { given } = this;
    given.key = key;
    given.actor = actor;
    given.index = index;
    given.at = i;
    given.text = text;
    given.scope = scope;
    given.bucket = bucket;
    given.arguments.read(i);
    return this.decide();
  }

  private async openBucket(number: number): Promise<void> {
    if (this.buckets.size === LIMITS.batchBuckets) throw new GridbookError('BATCH_TOO_SPREAD');
    this.buckets.set(number, await Bucket.open(this.work, this.batch.lane, number, this.results.leaves));
  }

  /** Applies or refuses the command in hand; where it needs pages that are not loaded, once they are. */
  private decide(): Promise<void> | undefined {
    let outcome = this.attempt();
    while (outcome instanceof PageMiss) {
      const loading = this.work.loadAll(outcome.keys, outcome.width);
      if (loading) return loading.then(() => this.decide());
      outcome = this.attempt();
    }
    const { key, actor, index, text, scope, bucket } = this.given;
    if (outcome) {
      this.results.refuse(index, key, actor, outcome.code, outcome.field);
      bucket.add(key, scope, digestOf(text), this.head.leaf, index, ERRORS[outcome.code].number);
    } else {
      bucket.add(key, scope, this.results.accept(this.given), this.head.leaf, index, 0);
    }
    return undefined;
  }

  /** Runs a command: refused or short of a page, it leaves no trace. */
  private attempt(): Refusal | PageMiss | undefined {
    const { segment, key, actor, index, text } = this.given;
    const { values, invalid } = this.given.arguments;
    const entry = this.registry.rules.get(segment.name);
    if (!entry) return new Refusal('UNKNOWN_COMMAND');
    if (this.refuseAll) return new Refusal(this.refuseAll);
    if (text.length > LIMITS.commandBytes) return new Refusal('COMMAND_TOO_LARGE');
    if (actor < 0) return new Refusal('INVALID_INPUT', 'actor');
    if (invalid) return new Refusal('INVALID_INPUT', invalid);
    try {
      const role = actor > 0 ? 'PARTICIPANT' : this.port.creator.role;
      assertRole(entry.authority, role);
      if (actor > 0) this.assertActor(actor);
      entry.apply(this.context.of(key, actor, role, index), values as never);
      this.accounts.assertBalanced();
      this.work.keep();
      return undefined;
    } catch (error) {
      this.work.undo();
      this.accounts.reset();
      this.results.forget();
      if (error instanceof PageMiss || error instanceof Refusal) return error;
      if (error instanceof UnsafeIntegerError) return new Refusal('AMOUNT_OUT_OF_RANGE');
      throw error;
    }
  }

  /** A participant acts through its host alone (A2). */
  private assertActor(actor: number): void {
    if (this.port.creator.role !== 'HOST') throw new Refusal('NOT_AUTHORISED');
    const participant = hostedParticipant(this.records, actor, this.organisation);
    if (participant.active !== 1) throw new Refusal('PARTICIPANT_INACTIVE');
  }

  /** Checks all that limits the transaction before it puts anything: what is refused after all has put nothing. */
  private async finish(): Promise<void> {
    const root = this.results.leaves.root();
    const leaf = this.head.leaf;
    this.head.close(root);
    for (const bucket of this.buckets.values()) await bucket.save();
    const accountPages: [number, string][] = [];
    const dirtyAccounts = [...this.accounts.touched].sort((a, b) => a - b);
    const pages = this.work.encode();
    for (const page of dirtyAccounts) {
      const bytes = this.work.page(this.records.key('acct', page), 0).bytes;
      if (bytes) accountPages.push([page, hash('sha256', bytes)]);
    }
    const event: BatchEvent = {
      lane: this.batch.lane,
      leaf,
      ledgerTimeMs: this.head.ledgerTimeMs,
      eventRoot: hashToHex(root),
      refused: this.results.refused,
      replayed: this.results.replayed,
      events: this.results.events,
      accountPages,
    };
    const payload = encodeBatchEvent(event);
    if (payload.length > LIMITS.eventBytes) throw new GridbookError('EVENT_TOO_LARGE');
    if (payload.length + pages + this.argumentBytes > LIMITS.transactionBytes) {
      throw new GridbookError('TRANSACTION_TOO_LARGE');
    }
    await this.work.flush();
    this.port.setEvent(payload);
    this.work.release();
  }
}
