/** Commands that wait for their lane, and how the next batch is cut from them. */
import type { IdentityRef } from '../../network/ledger.js';
import type { CommandInput } from '../../schema/command.js';
import { keyTimeAt } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { Batch } from './batch.js';
import { Line } from './line.js';
import type { CommandOutcome } from './outcome.js';

export interface Waiting {
  readonly identity: IdentityRef;
  readonly command: CommandInput;
  /** Bytes that it adds to the arguments, about. */
  readonly bytes: number;
  readonly resolve: (outcome: CommandOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** A command in its place: what cutting asks of it is looked up once, however often it is passed over. */
export interface Placed {
  readonly item: Waiting;
  /** How many came before it. */
  readonly order: number;
  /** Bucket of the ledger's memory of keys that it falls into. */
  readonly bucket: number;
}

/** Milliseconds of a bucket of the ledger's memory of keys (chaincode/PROTOCOL.md). */
const BUCKET_MS = 250;

/** Bucket of that memory into which a key falls. */
export const bucketOf = (key: string): number => Math.floor(keyTimeAt(key, 0) / BUCKET_MS);

/** A line for each actor, by its number. */
type Lines = Map<number, Line>;

/**
 * Those who give commands take turns, so that nobody's commands, however many, hold up another's: identities from
 * transaction to transaction, as they share none, and the actors of an identity within each. One actor's commands
 * keep their order. Both maps have whoever waits longest first.
 */
export class CommandQueue {
  private readonly identities = new Map<string, Lines>();
  private count = 0;
  private waitingBytes = 0;
  private given = 0;

  get length(): number {
    return this.count;
  }

  /** Whether so many more commands of so many bytes would be more than may wait. */
  isOver(count: number, bytes: number): boolean {
    return this.count + count > LIMITS.laneQueue || this.waitingBytes + bytes > LIMITS.laneQueueBytes;
  }

  push(item: Waiting): void {
    const { identity, command } = item;
    const { key, actor } = command;
    const name = `${identity.organisation} ${identity.role}`;
    let lines = this.identities.get(name);
    if (!lines) this.identities.set(name, (lines = new Map()));
    let line = lines.get(actor);
    if (!line) lines.set(actor, (line = new Line()));
    line.push({ item, order: this.given++, bucket: bucketOf(key) });
    this.count++;
    this.waitingBytes += item.bytes;
  }

  /** The next batch: commands of one identity, within the limits of a transaction, in the order in which they came. */
  next(): Waiting[] {
    const batch = new Batch();
    for (const [name, lines] of this.identities) {
      takeTurns(lines, batch);
      this.identities.delete(name);
      if (lines.size > 0) this.identities.set(name, lines);
      break;
    }
    const items = batch.inOrder();
    this.count -= items.length;
    for (const { bytes } of items) this.waitingBytes -= bytes;
    return items;
  }
}

/**
 * Fills a batch with one command of each line in turn, until no line has one that fits. A line of which nothing fits
 * keeps its place for the next batch; one that was served goes behind those that were not.
 */
function takeTurns(lines: Lines, batch: Batch): void {
  const served: [number, Line][] = [];
  let looked = 0;
  for (const [actor, line] of lines) {
    // No longer than a batch may be: else many lines that do not fit would be looked at again for every batch.
    if (batch.isFull || looked++ === LIMITS.batchCommands) break;
    if (batch.takeFrom(line)) served.push([actor, line]);
  }
  let round = served.map(([, line]) => line);
  while (round.length > 0 && !batch.isFull) round = round.filter((line) => batch.takeFrom(line));
  for (const [actor, line] of served) {
    lines.delete(actor);
    if (line.length > 0) lines.set(actor, line);
  }
}
