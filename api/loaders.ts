/** Loads records by lane and number, each kind in one statement a request, within what the viewer may see. */
import DataLoader from 'dataloader';
import { sql } from 'kysely';
import type { Viewer } from './auth/viewer.js';
import { RECORD_KINDS, type RecordKind, type RecordOf } from './modules/record-kinds.js';
import type { Row } from './modules/paging.js';
import type { Database } from './readmodel/database.js';
import { ROW_KINDS, visible } from './visibility/visible.js';

export interface RecordKey {
  readonly lane: string;
  readonly number: string | number;
}

const nameOf = ({ lane, number }: RecordKey): string => `${lane}/${number}`;

export class Loaders {
  private readonly loaders = new Map<RecordKind, DataLoader<RecordKey, Row | undefined, string>>();

  constructor(
    private readonly database: Database,
    private readonly viewer: Viewer | undefined,
  ) {}

  /** The record, or null where there is none or the viewer may not see it. */
  async load<K extends RecordKind>(kind: K, key: RecordKey): Promise<RecordOf<K> | null> {
    const row = await this.loaderOf(kind).load(key);
    return row ? (RECORD_KINDS[kind].make(row) as RecordOf<K>) : null;
  }

  private loaderOf(kind: RecordKind): DataLoader<RecordKey, Row | undefined, string> {
    let loader = this.loaders.get(kind);
    if (!loader) {
      loader = new DataLoader((keys: readonly RecordKey[]) => this.read(kind, keys), { cacheKeyFn: nameOf });
      this.loaders.set(kind, loader);
    }
    return loader;
  }

  private async read(kind: RecordKind, keys: readonly RecordKey[]): Promise<(Row | undefined)[]> {
    if (!this.viewer) return keys.map(() => undefined);
    const { rowKind, select } = RECORD_KINDS[kind];
    const alias = sql.ref(ROW_KINDS[rowKind]);
    const { rows } = await sql<Row>`select ${select} from ${sql.table(rowKind)} ${alias}
      join unnest(${keys.map((k) => k.lane)}::text[], ${keys.map((k) => String(k.number))}::bigint[]) as k(lane, number)
        on k.number = ${alias}.number and k.lane = ${alias}.lane
      where ${visible(this.viewer, rowKind)}`.execute(this.database.db);
    const found = new Map(rows.map((row) => [`${row.lane as string}/${row.number as string}`, row]));
    return keys.map((key) => found.get(nameOf(key)));
  }
}
