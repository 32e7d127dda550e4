/**
 * Runs a transaction: its commands in order, each whole or without a trace, then the lane's log, the memory of keys,
 * the pages and the one event.
 */
import { hash } from 'node:crypto';
import { encodeBatchEvent, type BatchEvent, type WireEvent } from '../../schema/batch-event.js';
import { collapse, toWire } from '../../schema/fields.js';
import type { Json } from '../../schema/canonical.js';
import type { CommandShape, EventShape, Role } from '../../schema/command.js';
import { ERRORS, GridbookError, Refusal, type ErrorCode } from '../../schema/errors.js';
import { UnsafeIntegerError } from '../../schema/arithmetic.js';
import { sortableText } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { Accounts } from './accounts.js';
import { assertRole } from './authority.js';
import { argumentsAt, decodeBatch, keyAt, type Batch, type DecodedArguments, type Segment } from './batch.js';
import { Directory } from './directory.js';
import { Bucket, bucketOf } from './idempotency.js';
import { LaneHead } from './lane-head.js';
import { PageMemory, PageMiss } from './pages.js';
import { hostedParticipant } from './participants.js';
import { Records } from './records.js';
import type { Context, Registry } from './registry.js';
import type { Chaincode, StatePort } from './state-port.js';
import { hashToHex, leafHash, rootOf, type Hash } from './tree.js';
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

/** A command of well-formed key that is not a repetition. */
interface Given {
  readonly segment: Segment;
  readonly decoded: DecodedArguments;
  readonly key: string;
  readonly actor: number;
  readonly index: number;
  /** Characters of its text. */
  readonly length: number;
  readonly leaf: Hash;
  readonly digest: string;
  readonly scope: number;
  readonly bucket: Bucket;
}

class Execution {
  private readonly work: UnitOfWork;
  readonly records: Records;
  readonly accounts: Accounts;
  readonly names: Directory;
  readonly channelNames: Directory;
  private readonly buckets = new Map<number, Bucket>();
  private readonly leaves: Hash[] = [];
  private readonly refused: [number, number, string][] = [];
  private readonly replayed: [number, number, number, number][] = [];
  private readonly events: WireEvent[] = [];
  private pending: { wire: WireEvent; shape: EventShape; rows: number }[] = [];
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
    this.context = new CommandContext(this, this.head, this.organisation);
    let index = 0;
    for (const segment of this.batch.segments) {
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
      this.refuse(index, key, actor, 'IDEMPOTENCY_KEY_EXPIRED', '');
      return undefined;
    }
    const bucket = this.buckets.get(bucketOf(timeMs));
    if (!bucket) return this.openBucket(bucketOf(timeMs)).then(() => this.command(segment, i, index));
    const decoded = segment.shape
      ? argumentsAt(segment as Segment & { shape: CommandShape }, i)
      : {
          args: {},
          wire: segment.columns.map((c) => (Array.isArray(c) ? ((c as Json[])[i] ?? null) : c)),
          invalid: '',
        };
    const text = commandText(segment.name, key, actor, decoded.wire);
    const leaf = leafHash(text);
    const digest = sortableText(leaf, 6);
    // Only its host gives commands for a participant: what others claim to give is remembered as theirs.
    const isForParticipant = actor > 0 && this.port.creator.organisation === this.batch.lane;
    const scope = isForParticipant ? actor : -1 - this.organisation;
    const before = bucket.find(key, scope);
    if (before) {
      if (before.digest === digest) this.replayed.push([index, before.leaf, before.index, before.code]);
      else this.refuse(index, key, actor, 'IDEMPOTENCY_CONFLICT', '');
      return undefined;
    }
    if (bucket.isFull) {
      this.refuse(index, key, actor, 'IDEMPOTENCY_BUCKET_FULL', '');
      return undefined;
    }
    const length = text.length;
    return this.decide({ segment, decoded, key, actor, index, length, leaf, digest, scope, bucket });
  }

  private async openBucket(number: number): Promise<void> {
    if (this.buckets.size === LIMITS.batchBuckets) throw new GridbookError('BATCH_TOO_SPREAD');
    this.buckets.set(number, await Bucket.open(this.work, this.batch.lane, number));
  }

  /** Applies or refuses a new command; where it needs pages that are not loaded, once they are. */
  private decide(given: Given): Promise<void> | undefined {
    const outcome = this.attempt(given);
    if (outcome instanceof PageMiss) return this.load(outcome).then(() => this.decide(given));
    const { segment, decoded, key, actor, index, leaf, digest, scope, bucket } = given;
    if (outcome) this.refuse(index, key, actor, outcome.code, outcome.field);
    else this.accept(segment, decoded, key, leaf);
    bucket.add(key, scope, digest, this.head.leaf, index, outcome ? ERRORS[outcome.code].number : 0);
    return undefined;
  }

  private async load({ keys, width }: PageMiss): Promise<void> {
    for (const key of keys) await this.work.load(key, width);
  }

  /** Runs a command: refused or short of a page, it leaves no trace. */
  private attempt({ segment, decoded, key, actor, index, length }: Given): Refusal | PageMiss | undefined {
    const entry = this.registry.rules.get(segment.name);
    if (!entry) return new Refusal('UNKNOWN_COMMAND');
    if (this.refuseAll) return new Refusal(this.refuseAll);
    if (length > LIMITS.commandBytes) return new Refusal('COMMAND_TOO_LARGE');
    if (actor < 0) return new Refusal('INVALID_INPUT', 'actor');
    if (decoded.invalid) return new Refusal('INVALID_INPUT', decoded.invalid);
    try {
      const role = actor > 0 ? 'PARTICIPANT' : this.port.creator.role;
      assertRole(entry.authority, role);
      if (actor > 0) this.assertActor(actor);
      entry.apply(this.context.of(key, actor, role, index), decoded.args as never);
      this.accounts.assertBalanced();
      this.work.keep();
      return undefined;
    } catch (error) {
      this.work.undo();
      this.accounts.reset();
      this.pending = [];
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

  emit(index: number, shape: EventShape, fields: object, rows: object | undefined): void {
    const values = Object.entries(shape.fields).map(([n, f]) =>
      toWire(f, (fields as Record<string, unknown>)[n]),
    );
    const of = Object.entries(shape.rows ?? {});
    const columns = of.map(([n, f]) => (rows as Record<string, unknown[]>)[n].map((v) => toWire(f, v)));
    const count = columns.length > 0 ? columns[0].length : -1;
    // The number of rows stands before the columns, as a column may be written as one value.
    const table: Json[] = count < 0 ? [] : [count, ...columns.map((column, c) => collapse(of[c][1], column))];
    this.pending.push({ wire: [index, shape.name, ...values, ...table], shape, rows: count });
  }

  private accept(segment: Segment, decoded: DecodedArguments, key: string, leaf: Hash): void {
    if (segment.shape?.rows) this.leaves.push(...tableLeaves(segment.shape, decoded.wire, key));
    else this.leaves.push(leaf);
    if (this.pending.length === 0) return;
    for (const { wire, shape, rows } of this.pending) {
      this.events.push(wire);
      this.leaves.push(...eventLeaves(shape, wire, rows));
    }
    this.pending = [];
  }

  private refuse(index: number, key: string, actor: number, code: ErrorCode, field: string): void {
    this.refused.push([index, ERRORS[code].number, field]);
    this.leaves.push(leafHash(JSON.stringify(['refused', key, actor, ERRORS[code].number])));
  }

  private async finish(): Promise<void> {
    const root = rootOf(this.leaves);
    const leaf = this.head.leaf;
    this.head.close(root);
    for (const bucket of this.buckets.values()) await bucket.save();
    const accountPages: [number, string][] = [];
    const dirtyAccounts = [...this.accounts.touched].sort((a, b) => a - b);
    const pages = await this.work.flush();
    for (const page of dirtyAccounts) {
      const bytes = this.work.page(this.records.key('acct', page), 0).bytes;
      if (bytes) accountPages.push([page, hash('sha256', bytes)]);
    }
    const event: BatchEvent = {
      lane: this.batch.lane,
      leaf,
      ledgerTimeMs: this.head.ledgerTimeMs,
      eventRoot: hashToHex(root),
      refused: this.refused,
      replayed: this.replayed,
      events: this.events,
      accountPages,
    };
    const payload = encodeBatchEvent(event);
    if (payload.length > LIMITS.eventBytes) throw new GridbookError('EVENT_TOO_LARGE');
    if (payload.length + pages + this.argumentBytes > LIMITS.transactionBytes) {
      throw new GridbookError('TRANSACTION_TOO_LARGE');
    }
    this.port.setEvent(payload);
    this.work.release();
  }
}

/** What a command sees: one object a transaction, set to the command in hand. */
class CommandContext implements Context {
  readonly records: Records;
  readonly accounts: Accounts;
  readonly names: Directory;
  readonly channelNames: Directory;
  readonly creator: Context['creator'];
  readonly ledgerTimeMs: number;
  readonly transactionId: string;
  actor = 0;
  role = '';
  key = '';
  private index = 0;

  constructor(
    private readonly execution: Execution,
    private readonly head: LaneHead,
    readonly organisation: number,
  ) {
    this.records = execution.records;
    this.accounts = execution.accounts;
    this.names = execution.names;
    this.channelNames = execution.channelNames;
    this.creator = execution.port.creator;
    this.ledgerTimeMs = head.ledgerTimeMs;
    this.transactionId = execution.port.transactionId;
  }

  of(key: string, actor: number, role: string, index: number): this {
    this.key = key;
    this.actor = actor;
    this.role = role;
    this.index = index;
    return this;
  }

  next(counter: string, count?: number): number {
    return this.head.next(counter, count);
  }

  numberIn(organisation: string, role: Role): number | undefined {
    return this.head.numberIn(organisation, role);
  }

  countIn(role: Role): number {
    return this.head.countIn(role);
  }

  setRole(organisation: string, role: Role, admitted: boolean): void {
    this.head.setRole(organisation, role, admitted);
  }

  emit: Context['emit'] = (shape, fields, rows) => {
    this.execution.emit(this.index, shape as unknown as EventShape, fields, rows);
  };
}

/** The text whose hash is a command's leaf and, in its first 48 bits, its content digest. */
function commandText(name: string, key: string, actor: number, wire: readonly Json[]): string {
  let text = `["${name}","${key}",${actor}`;
  for (const value of wire) text += typeof value === 'number' ? `,${value}` : `,${JSON.stringify(value)}`;
  return `${text}]`;
}

/** A command with a table is proven row by row, so that one row is shown without its neighbours. */
function tableLeaves(shape: CommandShape, wire: readonly Json[], key: string): Hash[] {
  const fields = Object.keys(shape.fields).length;
  const head = `["${shape.name}","${key}",${JSON.stringify(wire.slice(0, fields)).slice(1, -1)}`;
  const columns = wire.slice(fields) as Json[][];
  return columns[0].map((_, r) => leafHash(`${head},${JSON.stringify(columns.map((c) => c[r])).slice(1)}`));
}

function eventLeaves(shape: EventShape, wire: WireEvent, rows: number): Hash[] {
  if (rows < 0) return [leafHash(JSON.stringify(wire))];
  const fields = 2 + Object.keys(shape.fields).length;
  const head = JSON.stringify(wire.slice(0, fields)).slice(0, -1);
  const columns = wire.slice(fields + 1);
  const leaves: Hash[] = [];
  for (let r = 0; r < rows; r++) {
    const row = columns.map((c) => (Array.isArray(c) ? (c as Json[])[r] : c));
    leaves.push(leafHash(`${head},${JSON.stringify(row).slice(1)}`));
  }
  return leaves;
}
