/** Transactions by their place, each request's in one statement. */
import DataLoader from 'dataloader';
import { sql } from 'kysely';
import { viewerOf, type RequestContext } from '../../context.js';
import { visible } from '../../visibility/visible.js';
import type { Row } from '../paging.js';
import { Transaction } from './types.js';

interface Place {
  readonly block: string;
  readonly position: number;
}

const loaders = new WeakMap<RequestContext, DataLoader<Place, Row | undefined, string>>();

export async function transactionAt(
  context: RequestContext,
  block: string,
  position: number,
): Promise<Transaction | null> {
  let loader = loaders.get(context);
  if (!loader) {
    loader = new DataLoader((places: readonly Place[]) => read(context, places), {
      cacheKeyFn: ({ block: b, position: p }) => `${b}/${p}`,
    });
    loaders.set(context, loader);
  }
  const row = await loader.load({ block, position });
  return row ? new Transaction(row) : null;
}

async function read(context: RequestContext, places: readonly Place[]): Promise<(Row | undefined)[]> {
  const { rows } = await sql<Row>`select x.* from transaction x
    join unnest(${places.map((p) => p.block)}::bigint[], ${places.map((p) => p.position)}::integer[]) as k(block, position)
      on k.block = x.block and k.position = x.position
    where ${visible(viewerOf(context), 'transaction')}`.execute(context.database.db);
  const found = new Map(rows.map((row) => [`${row.block as string}/${row.position as number}`, row]));
  return places.map(({ block, position }) => found.get(`${block}/${position}`));
}
