/**
 * The unit of work: reads see the writes of the same transaction, a refused command leaves no trace, and each dirty
 * page is written once, in key order.
 */
import type { Json } from '../../schema/canonical.js';
import { GridbookError, Refusal, type ErrorCode } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { decodePage, encodePage, PageMiss, type Page, type PageMemory } from './pages.js';
import type { StatePort } from './state-port.js';

export class UnitOfWork {
  private readonly pages = new Map<string, Page>();
  // The journal of the command in hand: column, index and old value of each change, in parallel arrays. Their first
  // entries count; they keep their length, as an emptied array would be allocated anew for every command.
  private readonly changedColumns: Json[][] = [];
  private readonly changedIndexes: number[] = [];
  private readonly oldValues: (Json | undefined)[] = [];
  private changes = 0;
  private readonly dirtied: Page[] = [];
  private dirtiedCount = 0;
  private readonly miss = new PageMiss();
  /** Pages as they will be put, in key order. */
  private readonly encoded: (Page & { readonly bytes: Uint8Array })[] = [];
  /** Whether the command in hand lacked a page, so that it runs again. */
  private isShort = false;
  /** Work of the transaction, and what the command in hand adds to it. */
  private spent = 0;
  private spending = 0;

  constructor(
    private readonly port: StatePort,
    private readonly memory: PageMemory,
  ) {}

  /** Asks for many pages at once, so that a command which needs them runs again only once. */
  need(keys: readonly string[], width: number): void {
    for (const key of keys) {
      if (!this.pages.has(key)) throw this.lacking(this.absentOf(keys), width);
    }
  }

  /**
   * Visits each of a list in order. The pages that some of them lack are asked for together, so that a command which
   * visits thousands runs again a few times and not once for each. What is refused is refused before anything is
   * asked of those after it.
   */
  together<T>(list: readonly T[], visit: (item: T, at: number) => void): void {
    const absent = new Set<string>();
    let width = 0;
    try {
      for (let at = 0; at < list.length; at++) {
        try {
          visit(list[at], at);
        } catch (error) {
          if (!(error instanceof PageMiss)) throw error;
          // One width at a time: pages of another are asked for when the command runs again.
          if (absent.size === 0) width = error.width;
          if (error.width === width) error.keys.forEach((key) => absent.add(key));
        }
      }
    } catch (error) {
      if (absent.size === 0) throw error;
    }
    if (absent.size > 0) throw this.lacking([...absent], width);
  }

  /** A page of `width` columns; throws `PageMiss` where it has not been loaded yet. */
  page(key: string, width: number): Page {
    const page = this.pages.get(key);
    if (!page) throw this.lacking([key], width);
    return page;
  }

  private lacking(keys: readonly string[], width: number): PageMiss {
    this.isShort = true;
    return this.miss.of(keys, width);
  }

  /**
   * Counts work of the command in hand, also where it is refused later; what runs again for a page counts once. What
   * is more than a transaction may do goes into another one: its lane splits the batch. The first that works passes
   * whatever it takes, so that a batch of one always does.
   */
  spend(work: number): void {
    this.spending += work;
    if (this.spent > 0 && this.spent + this.spending > LIMITS.workPerTransaction)
      throw new GridbookError('WORK_LIMIT');
  }

  /** Loads a page; at once where the engine does so. */
  load(key: string, width: number): Page | Promise<Page> {
    const known = this.pages.get(key);
    if (known) return known;
    const bytes = this.port.getState(key);
    return isPending(bytes)
      ? bytes.then((value) => this.keepLoaded(key, width, value))
      : this.keepLoaded(key, width, bytes);
  }

  /**
   * Loads pages of one width, with as few messages to the engine as it has a way for. Nothing is to be waited for where
   * the engine loads at once.
   */
  loadAll(keys: readonly string[], width: number): Promise<void> | undefined {
    const { port } = this;
    if (port.getStates && keys.length > 1) return this.loadTogether(keys, width);
    for (let i = 0; i < keys.length; i++) {
      const page = this.load(keys[i], width);
      if (isPending(page)) return page.then(() => this.loadOneByOne(keys.slice(i + 1), width));
    }
    return undefined;
  }

  private async loadOneByOne(keys: readonly string[], width: number): Promise<void> {
    for (const key of keys) await this.load(key, width);
  }

  private async loadTogether(keys: readonly string[], width: number): Promise<void> {
    const absent = this.absentOf(keys);
    const values = (await this.port.getStates?.(absent)) ?? [];
    absent.forEach((key, i) => this.keepLoaded(key, width, values[i]));
  }

  private absentOf(keys: readonly string[]): string[] {
    return keys.filter((key) => !this.pages.has(key));
  }

  private keepLoaded(key: string, width: number, bytes: Uint8Array | undefined): Page {
    const page = this.memory.take(key, bytes) ?? decodePage(key, bytes, width);
    while (page.columns.length < width) page.columns.push([]);
    this.pages.set(key, page);
    return page;
  }

  /** Sets one value of a column; an index at its end appends. */
  set(page: Page, column: number, index: number, value: Json): void {
    const values = page.columns[column];
    if (index > values.length) throw new RangeError(`column ${column} of ${page.key} would have a hole`);
    const n = this.changes++;
    this.changedColumns[n] = values;
    this.changedIndexes[n] = index;
    this.oldValues[n] = index < values.length ? values[index] : undefined;
    if (!page.dirty) {
      page.dirty = true;
      this.dirtied[this.dirtiedCount++] = page;
    }
    values[index] = value;
  }

  /** Marks a page that the kernel itself changes between commands, outside any journal. */
  touch(page: Page): void {
    page.dirty = true;
  }

  /** Ends the command in hand: its changes stay. */
  keep(): void {
    this.changes = 0;
    this.dirtiedCount = 0;
    if (!this.isShort) this.spent += this.spending;
    this.spending = 0;
    this.isShort = false;
  }

  /** Ends the command in hand without a trace. */
  undo(): void {
    for (let i = this.changes - 1; i >= 0; i--) {
      const old = this.oldValues[i];
      if (old === undefined) this.changedColumns[i].length = this.changedIndexes[i];
      else this.changedColumns[i][this.changedIndexes[i]] = old;
    }
    for (let i = 0; i < this.dirtiedCount; i++) this.dirtied[i].dirty = false;
    this.keep();
  }

  /** Dirty pages in key order. */
  dirtyPages(): Page[] {
    return [...this.pages.values()].filter((p) => p.dirty).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /**
   * Encodes every dirty page; returns the bytes that they and their keys come to. A page that is too large is refused
   * here, where nothing has been put yet.
   */
  encode(): number {
    let size = 0;
    for (const page of this.dirtyPages()) {
      const bytes = encodePage(page);
      const encoded = { key: page.key, columns: page.columns, bytes, dirty: false };
      this.encoded.push(encoded);
      this.pages.set(page.key, encoded);
      size += bytes.length + page.key.length;
    }
    return size;
  }

  /** Puts what was encoded, once nothing can be refused any more: Fabric takes no put back. */
  async flush(): Promise<void> {
    const { port } = this;
    if (port.putStates) await port.putStates(this.encoded.map(({ key, bytes }) => ({ key, value: bytes })));
    else for (const { key, bytes } of this.encoded) await port.putState(key, bytes);
  }

  /** After a flush: what was read and written is remembered by its bytes. */
  release(): void {
    for (const page of this.pages.values()) if (!page.dirty) this.memory.put(page);
    this.pages.clear();
  }
}

/** Whether what an engine answers is still to come. */
const isPending = <T>(answer: T | Promise<T>): answer is Promise<T> =>
  typeof answer === 'object' && answer !== null && 'then' in answer;

/** Asserts a rule of a row of a table: the field names it, and is only put together where the rule does not hold. */
export function requireRow(
  condition: boolean,
  code: ErrorCode,
  column: string,
  row: number,
): asserts condition {
  if (!condition) throw new Refusal(code, `${column}.${row}`);
}

/** Asserts a rule of a command: refuses where it does not hold. */
export function require(condition: boolean, code: ErrorCode, field?: string): asserts condition {
  if (!condition) throw new Refusal(code, field);
}
