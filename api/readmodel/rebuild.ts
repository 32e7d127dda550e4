/** The read model from nothing, and a digest of all that it holds. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { PROJECTED_TABLES } from './changes.js';
import { Database, type DatabaseOptions } from './database.js';
import { MIGRATIONS } from './migrations/index.js';
import type { Session } from './session.js';

/** Empties the read model: the projector then begins at block 0. */
export async function clearReadModel(database: Database): Promise<void> {
  await database.transaction(emptyTables);
}

/** The same within a transaction. */
export async function emptyTables(session: Session): Promise<void> {
  await session.run(`truncate ${PROJECTED_TABLES.join(', ')}`);
  await session.run(
    `update checkpoint set height = 0, digest = repeat('0', 64), ledger_id = null where id = 1`,
  );
}

/**
 * Drops a read model: a server's tables are emptied, the folder of an embedded one goes whole, also where it cannot
 * be opened. Whoever calls holds the data folder.
 */
export async function dropReadModel({ databaseUrl, directory }: DatabaseOptions): Promise<void> {
  if (databaseUrl === undefined) {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    return;
  }
  const database = await Database.open({ databaseUrl });
  await clearReadModel(database).finally(() => database.close());
}

const PAGE_ROWS = 5_000;

const POSITION_KEY = 'connection, start, run, market, lane';
/** Views that show the rows of the tables that are no table of their own, and what tells their rows apart. */
const VIEWS: Readonly<Record<string, string>> = {
  position: POSITION_KEY,
  open_position: POSITION_KEY,
  reading: 'connection, start, revision, lane',
  entry: 'account, sequence, lane',
  trade: 'id',
};
const SHOWN_BY_VIEWS: ReadonlySet<string> = new Set([
  ...['position_set', 'open_position_set', 'reading_set', 'entry_set'],
]);

/**
 * SHA-256 over every row that is projected, in the order of its key: the same wherever and however the read model was
 * made.
 */
export async function contentDigest(database: Database): Promise<string> {
  const digest = createHash('sha256').update(String(MIGRATIONS.length));
  const tables = PROJECTED_TABLES.filter((table) => !SHOWN_BY_VIEWS.has(table));
  for (const table of [...tables, ...Object.keys(VIEWS)].sort()) {
    digest.update(`\n${table}\n`);
    await database.transaction(async (session) => {
      const order = VIEWS[table] ?? (await primaryKeyOf(session, table));
      await session.run(
        `declare rows no scroll cursor for select t::text as line from ${table} t order by ${order}`,
      );
      for (;;) {
        const { rows } = await session.run(`fetch ${PAGE_ROWS} from rows`);
        if (rows.length === 0) break;
        digest.update(rows.map((r) => r.line as string).join('\n'));
        digest.update('\n');
      }
      await session.run('close rows');
    });
  }
  return digest.digest('hex');
}

async function primaryKeyOf(session: Session, table: string): Promise<string> {
  const { rows } = await session.run(
    `select a.attname from pg_index i
     join unnest(i.indkey::int2[]) with ordinality as k(number, at) on true
     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
     where i.indrelid = $1::regclass and i.indisprimary order by k.at`,
    [table],
  );
  return rows.map((row) => row.attname as string).join(', ');
}
