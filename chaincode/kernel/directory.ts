/**
 * A directory of names: text → number. The first 12 bits of the SHA-256 of (space, name) choose one of 4,096 chains
 * of pages; a full page is followed by another, nothing is ever re-hashed, so a look-up costs the same at any size.
 */
import { hash } from 'node:crypto';
import type { Json } from '../../schema/canonical.js';
import type { UnitOfWork } from './unit-of-work.js';
import type { Page } from './pages.js';

const PAGE_CHARACTERS = 40_000;
const WIDTH = 3;

export class Directory {
  /** `prefix` is a lane, or a space that all lanes share where a name must be unique on the whole channel. */
  constructor(
    private readonly work: UnitOfWork,
    private readonly prefix: string,
  ) {}

  find(space: string, name: string): number | undefined {
    const entry = `${space}:${name}`;
    for (let part = 0, page = this.page(entry, 0); ; page = this.page(entry, ++part)) {
      const at = page.columns[0].indexOf(entry);
      if (at >= 0) return page.columns[1][at] as number;
      if (page.columns[2].length === 0) return undefined;
    }
  }

  /** Adds a name that `find` did not know. */
  add(space: string, name: string, number: number): void {
    const entry = `${space}:${name}`;
    let part = 0;
    let page = this.page(entry, part);
    while (page.columns[2].length > 0) page = this.page(entry, ++part);
    const used = page.columns[0].reduce<number>((sum, n) => sum + (n as string).length + 16, 0);
    if (used + entry.length > PAGE_CHARACTERS) {
      this.work.set(page, 2, 0, 1 as Json);
      page = this.page(entry, part + 1);
    }
    const at = page.columns[0].length;
    this.work.set(page, 0, at, entry);
    this.work.set(page, 1, at, number);
  }

  private page(entry: string, part: number): Page {
    const bucket = hash('sha256', entry).slice(0, 3);
    return this.work.page(`${this.prefix}/dir/${bucket}.${part}`, WIDTH);
  }
}
