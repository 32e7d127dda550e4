/**
 * Brings the schema up to date: numbered migrations, each in a transaction of its own with the row that tells of it.
 * To change the schema add a file with the next number and a line here; one that has been released is never edited.
 */
import type { Database } from '../database.js';
import { ReadModelTooNewError } from '../errors.js';
import { ledgerTables } from './0001-ledger-tables.js';
import { tradeTables } from './0002-trade-tables.js';
import { countedRows } from './0003-counted-rows.js';
import { runsInParts } from './0004-runs-in-parts.js';
import { runTotals } from './0005-run-totals.js';
import { rowsOfNeighbours } from './0006-rows-of-neighbours.js';
import { placesOfTransactions } from './0007-places-of-transactions.js';
import { recordedTransactions } from './0008-recorded-transactions.js';
import { admissions } from './0009-admissions.js';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [
  ledgerTables,
  tradeTables,
  countedRows,
  runsInParts,
  runTotals,
  rowsOfNeighbours,
  placesOfTransactions,
  recordedTransactions,
  admissions,
];

/** One number for the lock that keeps two processes from migrating at the same time. */
const LOCK = 7_242_001;

/** Runs what has not been run yet; answers the numbers that it ran. */
export async function migrate(database: Database): Promise<number[]> {
  const ran: number[] = [];
  await database.transaction(async (session) => {
    await session.run('select pg_advisory_xact_lock($1::bigint)', [LOCK]);
    await session.run(
      'create table if not exists migration (number integer primary key, name text not null)',
    );
  });
  for (const migration of MIGRATIONS) {
    await database.transaction(async (session) => {
      await session.run('select pg_advisory_xact_lock($1::bigint)', [LOCK]);
      const { rows } = await session.run('select coalesce(max(number), 0) as number from migration');
      const found = rows[0].number as number;
      if (found > MIGRATIONS.length) throw new ReadModelTooNewError(found, MIGRATIONS.length);
      if (found >= migration.number) return;
      for (const statement of migration.statements) await session.run(statement);
      await session.run('insert into migration values ($1, $2)', [migration.number, migration.name]);
      ran.push(migration.number);
    });
  }
  return ran;
}
