/**
 * Versions of a slot that are no longer at hand, ascending, in pages of their own. An index holds the first instant of
 * every page but the first, so that whoever looks for the version of an instant reads two pages, however many there
 * are. Both depend on the slot alone and are asked for with those of all other slots.
 */
import { family, type Family, type Records } from '../../kernel/records.js';

/** A version: its first instant, then its values. */
export type Version = readonly [fromMs: number, ...values: (number | null | readonly number[])[]];

/** The largest versions, lists of 35 agreement numbers, fit into a page at any number that they can have. */
const PER_PAGE = 96;
const INDEX_PER_PAGE = 4096;

export class PastVersions<V extends Version> {
  private readonly versions: Family<{ version: Version }>;
  private readonly index: Family<{ fromMs: number }>;

  constructor(name: string) {
    this.versions = family(`${name}old`, PER_PAGE, ['version']);
    this.index = family(`${name}oldat`, INDEX_PER_PAGE, ['fromMs']);
  }

  /** Adds a version that starts after the `count` before it. */
  push(records: Records, scope: string, count: number, version: V): void {
    if (count > 0 && count % PER_PAGE === 0) {
      records.put(this.index, count / PER_PAGE - 1, { fromMs: version[0] }, scope);
    }
    records.put(this.versions, count, { version }, scope);
  }

  /** The version of the `count` that was in force at an instant. */
  at(records: Records, scope: string, count: number, instantMs: number): V | undefined {
    const pages = Math.ceil(count / PER_PAGE);
    const startOf = (page: number): number =>
      (records.get(this.index, page - 1, scope) as { fromMs: number }).fromMs;
    const versionAt = (i: number): V => (records.get(this.versions, i, scope) as { version: V }).version;
    const page = countUpTo(1, pages, startOf, instantMs) - 1;
    const first = page * PER_PAGE;
    const end = countUpTo(first, Math.min(count, first + PER_PAGE), (i) => versionAt(i)[0], instantMs);
    return end === first ? undefined : versionAt(end - 1);
  }
}

/** The first number of [low, high) whose start lies after an instant, or `high`. */
function countUpTo(
  low: number,
  high: number,
  startOf: (number: number) => number,
  instantMs: number,
): number {
  let [from, to] = [low, Math.max(low, high)];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (startOf(middle) <= instantMs) from = middle + 1;
    else to = middle;
  }
  return from;
}
