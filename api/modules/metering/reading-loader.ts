/** The reading that a position was settled on, each request's in one statement. */
import DataLoader from 'dataloader';
import { sql } from 'kysely';
import { viewerOf, type RequestContext } from '../../context.js';
import { visible } from '../../visibility/visible.js';
import type { Row } from '../paging.js';
import { Reading } from './types.js';

const loaders = new WeakMap<RequestContext, DataLoader<Row, Row | undefined, string>>();
const nameOf = (row: Row, revision: unknown): string =>
  [row.lane, row.connection, row.start, revision].map(String).join('/');

export async function readingOf(context: RequestContext, position: Row): Promise<Reading | null> {
  let loader = loaders.get(context);
  if (!loader) {
    loader = new DataLoader((positions: readonly Row[]) => read(context, positions), {
      cacheKeyFn: (row) => nameOf(row, row.reading_revision),
    });
    loaders.set(context, loader);
  }
  const row = await loader.load(position);
  return row ? new Reading(row) : null;
}

async function read(context: RequestContext, positions: readonly Row[]): Promise<(Row | undefined)[]> {
  const column = (name: string): string[] => positions.map((p) => String(p[name]));
  const { rows } = await sql<Row>`select r.* from reading r
    join unnest(${column('lane')}::text[], ${column('connection')}::bigint[], ${column('start')}::bigint[],
        ${column('reading_revision')}::integer[]) as k(lane, connection, start, revision)
      on k.connection = r.connection and k.start = r.start and k.revision = r.revision and k.lane = r.lane
    where ${visible(viewerOf(context), 'reading')}`.execute(context.database.db);
  const found = new Map(rows.map((row) => [nameOf(row, row.revision), row]));
  return positions.map((p) => found.get(nameOf(p, p.reading_revision)));
}
