/** Turns a committed block into changes of the read model (K6). */
import type { CommittedBlock, CommittedTransaction } from '../../network/ledger.js';
import { decodeBatchEvent, type BatchEvent } from '../../schema/batch-event.js';
import { ROLES, type CommandShape, type EventShape } from '../../schema/command.js';
import { errorCodeOf } from '../../schema/errors.js';
import { cell } from '../../schema/fields.js';
import { isRecordId } from '../../schema/ids.js';
import { argsOf, readBatch, type ReadBatch, type ReadSegment } from '../../schema/read-batch.js';
import { viewEvent, type EventView } from '../../schema/read-event.js';
import { ProjectionFormatError, ProjectionMismatchError } from './errors.js';
import type { Projection } from './handlers/command.js';
import { HANDLERS } from './handlers/index.js';
import { addEntry, addPosted } from './handlers/money.js';

export interface Vocabulary {
  readonly commands: ReadonlyMap<string, CommandShape>;
  readonly events: ReadonlyMap<string, EventShape>;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const SHA256 = /^[0-9a-f]{64}$/;

/** The last moment of the year 9999. */
const LAST_MS = 253_402_300_799_999;
/** Whoever makes a transaction may give it any time: shown is the nearest one that has a date. */
const within = (timeMs: number): number => (timeMs > 0 ? Math.min(timeMs, LAST_MS) : 0);

export function applyBlock(block: CommittedBlock, words: Vocabulary, p: Projection): void {
  p.changes.add(
    'block',
    ...[block.number, hex(block.headerHash), hex(block.previousHash), hex(block.dataHash), block.size],
    block.transactions.length,
  );
  for (const transaction of block.transactions) {
    try {
      if (transaction.valid) applyTransaction(transaction, words, p);
      else addInvalid(transaction, p);
    } catch (error) {
      if (error instanceof ProjectionMismatchError) throw error;
      const detail = error instanceof Error ? error.message : 'it cannot be read';
      throw new ProjectionFormatError(block.number, transaction.index, detail, { cause: error });
    }
  }
}

/** Shown where it has the form of what could have been valid: nobody has looked at what else is in it. */
function addInvalid(t: CommittedTransaction, { changes }: Projection): void {
  const isRole = (ROLES as readonly string[]).includes(t.role);
  if (!SHA256.test(t.transactionId) || !isRole || ![t.organisation, t.lane].every(isRecordId)) return;
  const time = within(t.time);
  changes.add(
    'transaction',
    ...[t.transactionId, t.block, t.index, time, time, t.organisation, t.role, t.lane],
    ...[null, null, false, 0, 0, 0, t.isRecorded === true],
  );
}

function applyTransaction(t: CommittedTransaction, words: Vocabulary, p: Projection): void {
  const batch = readBatch(t.args, words.commands);
  const event = decodeBatchEvent(t.event);
  p.changes.add(
    'transaction',
    ...[
      t.transactionId,
      t.block,
      t.index,
      within(t.time),
      within(event.ledgerTimeMs),
      t.organisation,
      t.role,
      batch.lane,
      event.leaf,
    ],
    ...[event.eventRoot, true, batch.count, event.refused.length, event.replayed.length],
    t.isRecorded === true,
  );
  const passedOver = new Set<number>();
  for (const [index, number, field] of event.refused) {
    passedOver.add(index);
    const code = errorCodeOf(number) ?? `ERROR_${number}`;
    p.changes.add('refusal', batch.lane, event.leaf, index, t.block, code, field);
  }
  for (const [index] of event.replayed) passedOver.add(index);
  applyCommands(t, batch, event, passedOver, words, p);
  p.entries.end();
  checkPages(t, batch, event, p);
}

function applyCommands(
  t: CommittedTransaction,
  batch: ReadBatch,
  event: BatchEvent,
  passedOver: ReadonlySet<number>,
  words: Vocabulary,
  p: Projection,
): void {
  let next = 0;
  for (const segment of batch.segments) {
    const { moves } = segment.shape ?? {};
    const handler = HANDLERS.get(segment.name);
    for (let i = 0; i < segment.count; i++) {
      const index = segment.first + i;
      if (passedOver.has(index)) continue;
      if (!isKnown(segment)) throw new Error('an applied command is not known to this version');
      const place = { lane: batch.lane, block: t.block, position: t.index, index, name: segment.name };
      if (moves) {
        const [from, to, amount] = moveOf(segment, moves, i);
        addEntry(place, p, from, 0 - amount, null);
        addEntry(place, p, to, amount, null);
        continue;
      }
      const events: EventView[] = [];
      while (next < event.events.length && event.events[next][0] === index) {
        events.push(viewEvent(event.events[next++], words.events));
      }
      const command = {
        ...place,
        organisation: t.organisation,
        ledgerTimeMs: event.ledgerTimeMs,
        actor: cell(segment.actors, i) as number,
        args: argsOf(segment, i),
        events,
      };
      handler?.(command, p);
      addPosted(command, p);
    }
  }
  if (next !== event.events.length) throw new Error('an event belongs to no applied command');
}

const isKnown = (s: ReadSegment): s is ReadSegment & { shape: CommandShape } => s.shape !== undefined;

function moveOf(
  segment: ReadSegment & { shape: CommandShape },
  moves: { readonly from: string; readonly to: string; readonly amount: string },
  i: number,
): [from: number, to: number, amount: number] {
  const names = Object.keys(segment.shape.fields);
  const value = (name: string): number => cell(segment.columns[names.indexOf(name)], i) as number;
  return [value(moves.from), value(moves.to), value(moves.amount)];
}

/** What was derived must be what the ledger committed. */
function checkPages(t: CommittedTransaction, batch: ReadBatch, event: BatchEvent, p: Projection): void {
  for (const [page, digest] of event.accountPages) {
    if (p.balances.digest(batch.lane, page) !== digest) {
      throw new ProjectionMismatchError(t.block, t.index, batch.lane, page);
    }
  }
}
