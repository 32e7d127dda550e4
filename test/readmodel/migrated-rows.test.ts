/** Rows that an older version wrote, one a reading, position, posting and trade, read the same once they share rows. */
import { expect, test } from '@jest/globals';
import { Database } from '../../api/readmodel/database.js';
import { migrate, MIGRATIONS } from '../../api/readmodel/migrations/index.js';
import { seedLanes, seedRecords, seedTotals, TRADE, VIEWERS } from '../queries/lanes.js';
import { Asking } from '../queries/asking.js';
import { insert, upTo } from '../queries/seed.js';

/** More postings of one transaction to one account than share a row, other commands between them. */
const POSTINGS = upTo(2, 150).map((sequence) => ({
  ...{ account: 31, sequence, amount: sequence, balance_after: sequence, block: 4, command_index: sequence },
  command: sequence % 100 === 50 ? 'sparkzMint' : 'sparkzTransfer',
}));

async function older(): Promise<Database> {
  const database = await Database.connect();
  await database.transaction(async (session) => {
    await session.run('create table migration (number integer primary key, name text not null)');
    for (const { number, name, statements } of MIGRATIONS.filter((m) => m.number < 6)) {
      for (const statement of statements) await session.run(statement);
      await session.run('insert into migration values ($1, $2)', [number, name]);
    }
  });
  return database;
}

test('the content of a read model that is brought up to date is that of a new one', async () => {
  const migrated = await older();
  await seedRecords(migrated);
  await insert(migrated, 'entry', ...POSTINGS);
  expect(await migrate(migrated)).toEqual([6, 7, 8, 9]);
  await seedTotals(migrated);
  const { rows } = await migrated.transaction((session) =>
    session.run(
      'select cardinality(amounts) as postings from entry_set where block = 4 order by first_sequence',
    ),
  );
  expect(rows.map(({ postings }) => postings)).toEqual([48, 1, 64, 35, 1]);

  const asking = await Asking.open();
  await seedLanes(asking.database);
  await insert(asking.database, 'entry', ...POSTINGS);
  const all = async (database: Database): Promise<string> =>
    JSON.stringify(
      await database.transaction(async (session) => [
        await session.run('select * from position order by lane, market, connection, start'),
        await session.run('select * from reading order by lane, connection, start, revision'),
        await session.run('select * from trade order by id'),
        await session.run(
          'select lane, account, sequence, amount, balance_after, block, position, command_index, command, interval_start from entry order by lane, account, sequence',
        ),
      ]),
    );
  expect(await all(migrated)).toEqual(await all(asking.database));
  await asking.close();

  const again = await Asking.open(migrated);
  const found = await again.data(VIEWERS.host, `{ trade(id: "${TRADE.sale}") { quantityWh } }`);
  expect(found).toEqual({ trade: { quantityWh: '100' } });
  await again.close();
});
