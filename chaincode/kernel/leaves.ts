/** What a transaction adds to its lane's log: a leaf a command, table row, event or refusal (PROTOCOL.md). */
import type { WireEvent } from '../../schema/batch-event.js';
import type { Json } from '../../schema/canonical.js';
import type { CommandShape, EventShape } from '../../schema/command.js';
import { entriesOf } from '../../schema/fields.js';
import { sortableText } from '../../schema/ids.js';
import type { Segment } from './batch.js';
import { HASH_BYTES, Hashes } from './sha256/hasher.js';
import { EMPTY_ROOT, leafHash, type Hash } from './tree.js';

/** Bytes of a command's leaf hash that the memory of keys holds. */
const DIGEST_BYTES = 6;

/** First 48 bits of the leaf hash of a command's text: its content, as the memory of keys knows it. */
export const digestOf = (text: string): string =>
  sortableText(Buffer.from(leafHash(text), 'latin1'), 0, DIGEST_BYTES);

const json = (value: Json): string => (typeof value === 'number' ? `${value}` : JSON.stringify(value));
const valueAt = (column: Json, i: number): Json =>
  Array.isArray(column) ? ((column as Json[])[i] ?? null) : column;

/** The text of command `i` of a segment: `[name, key, actor, value…]`. */
export function commandText({ name, columns }: Segment, i: number, key: string, actor: number): string {
  let text = `["${name}","${key}",${actor}`;
  for (let c = 0; c < columns.length; c++) text += `,${json(valueAt(columns[c], i))}`;
  return `${text}]`;
}

export class Leaves {
  private readonly hashes = new Hashes();

  /** Adds the leaf of a text; answers its index. */
  add(text: string): number {
    this.hashes.push(`\u0000${text}`);
    return this.hashes.count - 1;
  }

  /** Adds a command with a table: it is proven row by row, so that one row is shown without its neighbours. */
  addTable(shape: CommandShape, { columns }: Segment, i: number, key: string): void {
    const fields = entriesOf(shape.fields).length;
    let head = `["${shape.name}","${key}"`;
    for (let c = 0; c < fields; c++) head += `,${json(valueAt(columns[c], i))}`;
    const table = columns.slice(fields).map((column) => (column as Json[])[i] as Json[]);
    this.addRows(head, table, table[0].length);
  }

  /** Adds an event; one with a table row by row. */
  addEvent(shape: EventShape, wire: WireEvent, rows: number): void {
    if (rows < 0) {
      this.add(JSON.stringify(wire));
      return;
    }
    const fields = 2 + entriesOf(shape.fields).length;
    this.addRows(JSON.stringify(wire.slice(0, fields)).slice(0, -1), wire.slice(fields + 1), rows);
  }

  addRefusal(key: string, actor: number, number: number): void {
    this.add(JSON.stringify(['refused', key, actor, number]));
  }

  /** A leaf a row. What stands before the value of a column and is the same for every row is put together once. */
  private addRows(head: string, columns: readonly Json[], rows: number): void {
    const varying: (readonly Json[])[] = [];
    const before: string[] = [];
    let same = `\u0000${head}`;
    for (const column of columns) {
      if (Array.isArray(column)) {
        varying.push(column as Json[]);
        before.push(`${same},`);
        same = '';
      } else same += `,${json(column)}`;
    }
    const end = `${same}]`;
    for (let r = 0; r < rows; r++) {
      let text = '';
      for (let c = 0; c < varying.length; c++) text += before[c] + json(varying[c][r]);
      this.hashes.push(text + end);
    }
  }

  /** The content digest of the command whose text is leaf `index`. */
  digestAt(index: number): string {
    return sortableText(this.hashes.upTo(index), index * HASH_BYTES, DIGEST_BYTES);
  }

  /** Root of the tree over them. */
  root(): Hash {
    return this.hashes.count === 0 ? EMPTY_ROOT : (this.hashes.root().toString('latin1') as Hash);
  }
}
