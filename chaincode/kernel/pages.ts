/**
 * State pages: columns of values, canonical JSON `[format, column, …]`. Records that are touched together share one.
 */
import { PAGE_FORMAT } from '../../schema/command.js';
import type { Json } from '../../schema/canonical.js';
import { GridbookError } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';

export interface Page {
  readonly key: string;
  /** One array a field; every value is canonical JSON. */
  readonly columns: Json[][];
  /** The committed bytes; undefined where the page does not exist yet. */
  readonly bytes: Uint8Array | undefined;
  dirty: boolean;
}

/**
 * Thrown where a command needs pages that are not loaded: the executor loads them and runs the command again. A unit
 * of work has one and throws it each time, as making an error costs more than all else that a miss does.
 */
export class PageMiss extends Error {
  keys: readonly string[] = [];
  width = 0;

  constructor() {
    super('a page is not loaded');
  }

  of(keys: readonly string[], width: number): this {
    this.keys = keys;
    this.width = width;
    return this;
  }
}

export function decodePage(key: string, bytes: Uint8Array | undefined, width: number): Page {
  if (!bytes) return { key, columns: widened([], width), bytes, dirty: false };
  const [format, ...columns] = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
  ) as [number, ...Json[][]];
  if (format !== PAGE_FORMAT) throw new GridbookError('UNKNOWN_FORMAT');
  // A page written before a field was added has fewer columns; they begin empty.
  return { key, columns: widened(columns, width), bytes, dirty: false };
}

function widened(columns: Json[][], width: number): Json[][] {
  while (columns.length < width) columns.push([]);
  return columns;
}

export function encodePage(page: Page): Uint8Array {
  const bytes = Buffer.from(JSON.stringify([PAGE_FORMAT, ...page.columns]));
  if (bytes.length > LIMITS.pageBytes) throw new GridbookError('PAGE_TOO_LARGE');
  return bytes;
}

/**
 * Remembers what bytes decode to. A page taken out may be changed, so it leaves the memory until it is put back
 * with the bytes that it was written as: an entry is always the exact meaning of its bytes, whatever became of
 * the transaction.
 */
export class PageMemory {
  private readonly pages = new Map<string, Page>();
  private size = 0;

  constructor(private readonly maxBytes = 64 * 1024 * 1024) {}

  take(key: string, bytes: Uint8Array | undefined): Page | undefined {
    const page = this.pages.get(key);
    if (!page) return undefined;
    this.pages.delete(key);
    this.size -= page.bytes?.length ?? 0;
    return page.bytes && bytes && sameBytes(page.bytes, bytes) ? page : undefined;
  }

  put(page: Page): void {
    if (!page.bytes) return;
    this.size += page.bytes.length - (this.pages.get(page.key)?.bytes?.length ?? 0);
    this.pages.set(page.key, page);
    for (const [key, old] of this.pages) {
      if (this.size <= this.maxBytes) break;
      this.pages.delete(key);
      this.size -= old.bytes?.length ?? 0;
    }
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}
