/** Record families: records of one kind by number, packed into pages of columns. */
import type { Json } from '../../schema/canonical.js';
import type { UnitOfWork } from './unit-of-work.js';
import type { Page } from './pages.js';

export interface Family<T extends object> {
  readonly name: string;
  /** Fields in column order; only ever appended to. */
  readonly columns: readonly (keyof T & string)[];
  /** Records a page. */
  readonly perPage: number;
  /** The column of each field, for what reads columns of a page by themselves. */
  readonly at: { readonly [K in keyof T & string]: number };
  /** A record without values: copied and filled, all records of a family have one shape to the engine. */
  readonly blank: Readonly<Record<string, Json>>;
}

/** Declares a family. The column order is its wire form (K9). */
export const family = <T extends object>(
  name: string,
  perPage: number,
  columns: readonly (keyof T & string)[],
): Family<T> => ({
  ...{ name, perPage, columns },
  at: Object.fromEntries(columns.map((column, at) => [column, at])) as Family<T>['at'],
  blank: Object.fromEntries(columns.map((column) => [column, null])),
});

/** The pages that hold some numbers, each once, in the order of their first. Numbers mostly follow one another. */
export function pagesOf(numbers: readonly number[], perPage: number): number[] {
  const pages = new Set<number>();
  let last = -1;
  for (const number of numbers) {
    const page = Math.floor(number / perPage);
    if (page !== last) pages.add((last = page));
  }
  return [...pages];
}

interface LastPage {
  scope: string;
  index: number;
  page: Page;
}

/** Access to the families of one lane within a unit of work. */
export class Records {
  /** The page of each family that was used last: neighbours are mostly asked for one after the other. */
  private readonly last = new Map<string, LastPage>();

  constructor(
    readonly work: UnitOfWork,
    readonly lane: string,
  ) {}

  key(name: string, page: number | string): string {
    return `${this.lane}/${name}/${page}`;
  }

  /** The page of a family that holds record `number`, or page `scope.number` where the family is kept by scope. */
  pageOf<T extends object>(of: Family<T>, number: number, scope = ''): Page {
    const index = Math.floor(number / of.perPage);
    const last = this.last.get(of.name);
    if (last && last.index === index && last.scope === scope) return last.page;
    const page = this.work.page(this.key(of.name, scope + index), of.columns.length);
    if (last) {
      last.scope = scope;
      last.index = index;
      last.page = page;
    } else this.last.set(of.name, { scope, index, page });
    return page;
  }

  /** The keys of those pages of a family, by their indexes, that are not the one used last: that is loaded. */
  private keysOf<T extends object>(of: Family<T>, indexes: readonly number[], scope: string): string[] {
    const last = this.last.get(of.name);
    const keys: string[] = [];
    for (const index of indexes) {
      if (last && last.index === index && last.scope === scope) continue;
      keys.push(this.key(of.name, scope + index));
    }
    return keys;
  }

  /** Asks for the pages of the records below `count` at once, so that a command which reads them runs again only once. */
  needAll<T extends object>(of: Family<T>, count: number, scope = ''): void {
    const indexes: number[] = [];
    for (let index = 0; index * of.perPage < count; index++) indexes.push(index);
    this.work.need(this.keysOf(of, indexes, scope), of.columns.length);
  }

  /** Asks for the pages of records by their numbers, all at once. */
  needThese<T extends object>(of: Family<T>, numbers: readonly number[], scope = ''): void {
    if (numbers.length === 0) return;
    this.work.need(this.keysOf(of, pagesOf(numbers, of.perPage), scope), of.columns.length);
  }

  /** The record, or undefined where there is none of this number. */
  get<T extends object>(of: Family<T>, number: number, scope = ''): T | undefined {
    const page = this.pageOf(of, number, scope);
    const i = number % of.perPage;
    if (number < 0 || i >= page.columns[0].length || page.columns[0][i] === null) return undefined;
    const record: Record<string, Json> = { ...of.blank };
    for (let c = 0; c < of.columns.length; c++) record[of.columns[c]] = page.columns[c][i];
    return record as T;
  }

  /** One value of a record that is there. */
  value<T extends object, K extends keyof T & string>(
    of: Family<T>,
    column: K,
    number: number,
    scope = '',
  ): T[K] {
    const page = this.pageOf(of, number, scope);
    return page.columns[of.at[column]][number % of.perPage] as T[K];
  }

  /** Writes a record; gaps before it in its page are filled with null. */
  put<T extends object>(of: Family<T>, number: number, record: T, scope = ''): void {
    const page = this.pageOf(of, number, scope);
    const i = number % of.perPage;
    for (let c = 0; c < of.columns.length; c++) {
      const value = record[of.columns[c]] as Json;
      if (page.columns[c][i] === value && value !== undefined) continue;
      while (page.columns[c].length < i) this.work.set(page, c, page.columns[c].length, null);
      this.work.set(page, c, i, value);
    }
  }
}
