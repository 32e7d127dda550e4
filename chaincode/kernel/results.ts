/** What comes of a transaction's commands: refusals, repetitions, events, and the leaves of the lane's log. */
import type { WireEvent } from '../../schema/batch-event.js';
import type { Json } from '../../schema/canonical.js';
import type { EventShape } from '../../schema/command.js';
import { ERRORS, type ErrorCode } from '../../schema/errors.js';
import { collapse, entriesOf, toWire, type Field } from '../../schema/fields.js';
import type { Segment } from './batch.js';
import type { Remembered } from './idempotency.js';
import { digestOf, Leaves } from './leaves.js';

/** A command that was applied. */
export interface Applied {
  readonly segment: Segment;
  /** Index in its segment. */
  readonly at: number;
  readonly key: string;
  readonly text: string;
}

export class Results {
  readonly leaves = new Leaves();
  readonly refused: [number, number, string][] = [];
  readonly replayed: [number, number, number, number][] = [];
  readonly events: WireEvent[] = [];
  /** Events of the command in hand. */
  private pending: { wire: WireEvent; shape: EventShape; rows: number }[] = [];

  emit(index: number, shape: EventShape, fields: object, rows: object | undefined): void {
    const wire: [number, string, ...Json[]] = [index, shape.name];
    for (const [name, of] of entriesOf(shape.fields)) {
      wire.push(toWire(of, (fields as Record<string, unknown>)[name]));
    }
    let count = -1;
    if (shape.rows) {
      for (const [name, of] of entriesOf(shape.rows)) {
        const column = columnToWire(of, (rows as Record<string, readonly unknown[]>)[name]);
        // The number of rows stands before the columns, as a column may be written as one value.
        if (count < 0) wire.push((count = column.length));
        wire.push(collapse(of, column));
      }
    }
    this.pending.push({ wire, shape, rows: count });
  }

  /** Forgets the events of a command that leaves no trace. */
  forget(): void {
    if (this.pending.length > 0) this.pending = [];
  }

  /** Adds what an applied command leaves in the log; answers its content digest, or the leaf that tells it. */
  accept({ segment, at, key, text }: Applied): string | number {
    let digest: string | number;
    if (segment.shape?.rows) {
      digest = digestOf(text);
      this.leaves.addTable(segment.shape, segment, at, key);
    } else digest = this.leaves.add(text);
    for (const { wire, shape, rows } of this.pending) {
      this.events.push(wire);
      this.leaves.addEvent(shape, wire, rows);
    }
    this.forget();
    return digest;
  }

  refuse(index: number, key: string, actor: number, code: ErrorCode, field: string): void {
    this.refused.push([index, ERRORS[code].number, field]);
    this.leaves.addRefusal(key, actor, ERRORS[code].number);
  }

  /** A command that was decided before; it leaves nothing in the log. */
  repeat(index: number, { leaf, index: first, code }: Remembered): void {
    this.replayed.push([index, leaf, first, code]);
  }
}

/** A column as it stands on the wire; one of integers is that already. */
const columnToWire = (of: Field, column: readonly unknown[]): readonly Json[] =>
  of.kind === 'integer' ? (column as readonly Json[]) : column.map((value) => toWire(of, value));
