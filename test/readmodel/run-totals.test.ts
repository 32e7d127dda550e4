/** Totals of runs stand on their rows, whichever way the runs came there. */
import { describe, expect, test } from '@jest/globals';
import { Database } from '../../api/readmodel/database.js';
import { migrate, MIGRATIONS } from '../../api/readmodel/migrations/index.js';
import { Projector } from '../../api/readmodel/projector.js';
import { TOTAL_COLUMNS } from '../../api/readmodel/run-totals.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { Asking } from '../queries/asking.js';
import { id, seedRecords, seedLanes, VIEWERS } from '../queries/lanes.js';
import { T0 } from '../queries/seed.js';
import {
  clearingAccount,
  open,
  PARTS,
  post,
  READINGS,
  settleAtOnce,
  withBilateral,
} from '../scenarios/in-parts.js';
import { QUARTER, START_MS } from '../scenarios/world.js';

type Totals = Record<string, unknown>;
const totalsIn = async ({ db }: Database): Promise<Totals[]> =>
  db
    .selectFrom('run')
    .select([...TOTAL_COLUMNS])
    .orderBy('lane')
    .orderBy('market')
    .orderBy('start')
    .orderBy('run')
    .execute();

describe('totals of runs', () => {
  test('of a run that settled at once and of one in parts are the same, and those of their rows', async () => {
    const at = await withBilateral();
    await at.run(START_MS, READINGS);
    const clearing = await clearingAccount(at);
    at.world.at(START_MS + 2 * QUARTER);
    await at.read(START_MS + QUARTER, READINGS);
    settleAtOnce(2);
    await open(at, clearing, START_MS + QUARTER);
    for (const from of PARTS) await post(at, from, START_MS + QUARTER);
    settleAtOnce();
    const database = await Database.open();
    const { ledger } = at.world;
    const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
    const projector = await Projector.start({ database, ledger, ledgerId: 'one', ...words });
    await projector.waitFor(ledger.height());
    const [once, inParts, ...others] = await totalsIn(database);
    expect(others).toEqual([]);
    expect(inParts).toEqual(once);
    const positions = await database.db
      .selectFrom('position')
      .selectAll()
      .where('start', '=', String(START_MS))
      .execute();
    const sum = (...columns: (keyof (typeof positions)[number])[]): string =>
      String(positions.reduce((a, row) => columns.reduce((b, column) => b + Number(row[column]), a), 0));
    expect(once).toMatchObject({
      participants: positions.length,
      contracted_wh: sum('contracted_bought_wh'),
      nominated_wh: sum('nominated_bought_wh'),
      community_wh: sum('community_bought_wh'),
      community_micros: sum('community_bought_micros'),
      residual_import_micros: sum('residual_import_micros'),
    });
    expect(once.contracted_micros).toBe('100000');
    expect(Number(once.nominated_micros)).toBeGreaterThan(0);
    await projector.stop();
    await database.close();
    await at.world.close();
  });

  test('of runs that an older version settled are filled in when the schema is brought up to date', async () => {
    const older = await Database.connect();
    await older.transaction(async (session) => {
      await session.run('create table migration (number integer primary key, name text not null)');
      for (const { number, name, statements } of MIGRATIONS.filter((m) => m.number < 5)) {
        for (const statement of statements) await session.run(statement);
        await session.run('insert into migration values ($1, $2)', [number, name]);
      }
    });
    await seedRecords(older);
    await migrate(older);
    const newer = await Database.open();
    await seedLanes(newer);
    const totals = await totalsIn(older);
    expect(totals).toEqual(await totalsIn(newer));
    expect(totals[0]).toMatchObject({
      participants: 6,
      contracted_wh: '200',
      contracted_micros: '50000',
      nominated_wh: '300',
      nominated_micros: '60000',
    });
    await older.close();
    await newer.close();
  });

  test('are answered without a statement of their own, to whomever they are told', async () => {
    const at = await Asking.open();
    await seedLanes(at.database);
    const runs = (figures: string): string =>
      `{ settlementRuns(market: "${id('Market', 1)}", first: 100) { edges { node { start ${figures} } } } }`;
    const figures = 'totals { importWh community { amountMicros } } unmatchedByCapWh inputDigest';
    for (const viewer of [VIEWERS.one, VIEWERS.host]) {
      expect(await at.statements(viewer, runs(figures))).toEqual(await at.statements(viewer, runs('')));
    }
    const { settlementRuns } = await at.data<{ settlementRuns: { edges: { node: unknown }[] } }>(
      VIEWERS.one,
      runs(figures),
    );
    expect(settlementRuns.edges[0].node).toMatchObject({
      start: new Date(T0).toISOString(),
      totals: { importWh: '1512', community: { amountMicros: '20000' } },
      unmatchedByCapWh: '7',
    });
    await at.close();
  });
});
