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
  blank: Object.fromEntries(columns.map((column) => [column, null])),
});

/** Access to the families of one lane within a unit of work. */
export class Records {
  /** The page of each family that was used last: neighbours are mostly asked for one after the other. */
  private readonly last = new Map<string, { scope: string; index: number; page: Page }>();

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
    this.last.set(of.name, { scope, index, page });
    return page;
  }

  /** Asks for the pages of the records below `count` at once, so that a command which reads them runs again only once. */
  needAll<T extends object>(of: Family<T>, count: number, scope = ''): void {
    const keys: string[] = [];
    for (let page = 0; page * of.perPage < count; page++) keys.push(this.key(of.name, scope + page));
    this.work.need(keys, of.columns.length);
  }

  /** Asks for the pages of records by their numbers, all at once. */
  needThese<T extends object>(of: Family<T>, numbers: readonly number[], scope = ''): void {
    const pages = new Set<number>();
    for (const number of numbers) pages.add(Math.floor(number / of.perPage));
    this.work.need(
      [...pages].map((page) => this.key(of.name, scope + page)),
      of.columns.length,
    );
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
    return page.columns[of.columns.indexOf(column)][number % of.perPage] as T[K];
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
