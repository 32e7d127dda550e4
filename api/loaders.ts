/**
 * What a request looks up: each kind of thing in one statement for all that ask at a time, and each thing once.
 * Whatever is loaded is within what the viewer may see.
 */
import DataLoader from 'dataloader';
import type { Viewer } from './auth/viewer.js';
import type { Lookup } from './lookup.js';
import { childPages, type ChildList } from './modules/lists.js';
import { checkFirst, type Page, type PageArgs } from './modules/paging.js';
import { RECORDS, type RecordKind, type RecordOf } from './modules/records.js';
import type { Row } from './modules/row.js';
import type { Database } from './readmodel/database.js';

export interface RecordKey {
  readonly lane: string;
  readonly number: string | number;
}

export class Loaders {
  /** By look-up, which is an object of its own for each kind of thing. */
  private readonly loaders = new Map<object, unknown>();
  /** By list, then by the arguments of its pages. */
  private readonly pages = new Map<object, Map<string, unknown>>();

  constructor(
    private readonly database: Database,
    private readonly viewer: Viewer | undefined,
  ) {}

  /** What a look-up finds; null where there is nothing, or nothing that the viewer may see. */
  async find<K, V>(lookup: Lookup<K, V>, key: K): Promise<V | null> {
    return (await this.loaderOf(lookup).load(key)) ?? null;
  }

  /** The record of a number; null where there is none or the viewer may not see it. */
  load<K extends RecordKind>(kind: K, key: RecordKey): Promise<RecordOf<K> | null> {
    const lookup = RECORDS[kind] as Lookup<Row, RecordOf<K>>;
    return this.find(lookup, key as unknown as Row);
  }

  /** A page of what belongs to a parent. */
  async page<T, A extends PageArgs>(list: ChildList<T, A>, parent: Row, args: A): Promise<Page<T>> {
    checkFirst(args);
    const page = await this.find(this.pagesOf(list, args), parent);
    if (!page) throw new Error('children are asked for without a viewer');
    return page;
  }

  private pagesOf<T, A extends PageArgs>(list: ChildList<T, A>, args: A): Lookup<Row, Page<T>> {
    let ofList = this.pages.get(list);
    if (!ofList) this.pages.set(list, (ofList = new Map()));
    const name = JSON.stringify(args);
    let lookup = ofList.get(name) as Lookup<Row, Page<T>> | undefined;
    if (!lookup) ofList.set(name, (lookup = childPages(list, args)));
    return lookup;
  }

  private loaderOf<K, V>(lookup: Lookup<K, V>): DataLoader<K, V | undefined, string> {
    let loader = this.loaders.get(lookup) as DataLoader<K, V | undefined, string> | undefined;
    if (!loader) {
      loader = new DataLoader((keys: readonly K[]) => this.read(lookup, keys), { cacheKeyFn: lookup.nameOf });
      this.loaders.set(lookup, loader);
    }
    return loader;
  }

  private async read<K, V>(lookup: Lookup<K, V>, keys: readonly K[]): Promise<readonly (V | undefined)[]> {
    return this.viewer ? lookup.read(keys, this.database, this.viewer) : keys.map(() => undefined);
  }
}
