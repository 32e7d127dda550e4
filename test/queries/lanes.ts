/**
 * Two hosts with a lane each, whose records have the same numbers. Brightwater has six homes on Gridline's network; the
 * sixth has a second meter, alone on Otherwires' network. Rivermouth has one home.
 */
import { encodeNodeId, type NodeKind } from '../../api/node-id.js';
import type { Database } from '../../api/readmodel/database.js';
import { writeTotals } from '../../api/readmodel/run-totals.js';
import { viewer } from './asking.js';
import { B, communityTrade, hashOf, insert, QUARTER, R, T0, upTo } from './seed.js';

export const T1 = T0 + QUARTER;

export const VIEWERS = {
  host: viewer('HOST', B),
  otherHost: viewer('HOST', R),
  one: viewer('PARTICIPANT', B, 1),
  two: viewer('PARTICIPANT', B, 2),
  six: viewer('PARTICIPANT', B, 6),
  elsewhere: viewer('PARTICIPANT', R, 1),
  operator: viewer('NETWORK_OPERATOR', 'Gridline'),
  otherOperator: viewer('NETWORK_OPERATOR', 'Otherwires'),
  provider: viewer('METERING_DATA_PROVIDER', 'Meterworks'),
  otherProvider: viewer('METERING_DATA_PROVIDER', 'Othermeter'),
  marketOperator: viewer('MARKET_OPERATOR', 'Marketplace'),
  distributor: viewer('DISTRIBUTOR', 'Polesandwires'),
  regulator: viewer('REGULATOR', 'EnergyOffice'),
  /** Admitted to no lane, or to one in another role than the token says. */
  strangeRegulator: viewer('REGULATOR', 'Meterworks'),
  strangeMarketOperator: viewer('MARKET_OPERATOR', 'Meterworks'),
  strangeDistributor: viewer('DISTRIBUTOR', 'Nowhere'),
  otherMarketOperator: viewer('MARKET_OPERATOR', 'Othermarket'),
  strangeHost: viewer('HOST', 'Nowhere'),
  strangeOperator: viewer('NETWORK_OPERATOR', 'Nowhere'),
  strangeProvider: viewer('METERING_DATA_PROVIDER', 'Nowhere'),
  strangeParticipant: viewer('PARTICIPANT', 'Nowhere', 1),
} as const;
export type ViewerName = keyof typeof VIEWERS;

export const id = (kind: NodeKind, ...parts: (string | number)[]): string => encodeNodeId(kind, B, ...parts);
export const idIn = encodeNodeId;

/** Ids of trades: by contract 1 → 2, by nomination 3 → 4, 5 to the pool, from the pool to 6; Rivermouth's. */
export const TRADE = {
  contract: hashOf(101),
  nomination: hashOf(102),
  sale: communityTrade([B, 1, T0, 0], { seller: 5, buyer: 0 }),
  purchase: communityTrade([B, 1, T0, 0], { seller: 0, buyer: 6 }),
  other: communityTrade([R, 1, T0, 0], { seller: 1, buyer: 0 }),
};
/** Ids of transactions, by what they did. */
export const TX = {
  setUp: hashOf(901),
  readings: hashOf(902),
  settled: hashOf(903),
  otherSetUp: hashOf(911),
  otherReadings: hashOf(912),
};

export async function seedLanes(database: Database): Promise<void> {
  await seedRecords(database);
  await seedAdmissions(database);
  await seedTotals(database);
}

/** All rows, without the totals that follow from them. */
export async function seedRecords(database: Database): Promise<void> {
  await seedLedger(database);
  await seedRegistration(database);
  await seedMoney(database);
  await seedMarkets(database);
  await seedMetering(database);
}

async function seedLedger(database: Database): Promise<void> {
  await insert(
    database,
    'block',
    ...upTo(0, 4).map((number) => ({ number, header_hash: hashOf(number + 50) })),
  );
  await insert(
    database,
    'transaction',
    { id: TX.setUp, block: 1, leaf: 0 },
    { id: TX.readings, block: 2, leaf: 1, organisation: 'Meterworks', role: 'METERING_DATA_PROVIDER' },
    { id: TX.settled, block: 3, leaf: 2 },
    { id: TX.otherSetUp, block: 3, position: 1, leaf: 0, lane: R, organisation: R },
    {
      ...{ id: TX.otherReadings, block: 4, leaf: 1, lane: R },
      ...{ organisation: 'Meterworks', role: 'METERING_DATA_PROVIDER' },
    },
  );
}

async function seedAdmissions(database: Database): Promise<void> {
  await insert(
    database,
    'admission',
    { organisation: 'Gridline', role: 'NETWORK_OPERATOR' },
    { organisation: 'Meterworks', role: 'METERING_DATA_PROVIDER' },
    // Rivermouth admitted no regulator: that hides nothing.
    { organisation: 'EnergyOffice', role: 'REGULATOR' },
    { organisation: 'Marketplace', role: 'MARKET_OPERATOR' },
    { lane: R, organisation: 'Marketplace', role: 'MARKET_OPERATOR' },
    { lane: R, organisation: 'Othermarket', role: 'MARKET_OPERATOR' },
    { organisation: 'Polesandwires', role: 'DISTRIBUTOR' },
    { lane: R, organisation: 'Polesandwires', role: 'DISTRIBUTOR' },
  );
}

async function seedRegistration(database: Database): Promise<void> {
  await insert(
    database,
    'network',
    { number: 1 },
    { number: 2, operator: 'Otherwires' },
    { lane: R, number: 1, operator: 'Farwires' },
  );
  await insert(
    database,
    'participant',
    ...upTo(1, 6).map((number) => ({ number, participant_id: `home-${number}` })),
    { lane: R, host: R, number: 1, participant_id: 'home-r' },
  );
  await insert(
    database,
    'connection',
    ...upTo(1, 6).map((n) => ({ number: n, participant: n, meter_id: `meter-${n}`, slot: n - 1 })),
    { number: 7, participant: 6, meter_id: 'meter-7', network: 2, metering_data_provider: 'Othermeter' },
    { lane: R, number: 1, participant: 1, meter_id: 'meter-r' },
  );
}

async function seedMoney(database: Database): Promise<void> {
  await insert(
    database,
    'unit',
    { number: 1 },
    { number: 2, kind: 'SPARKZ', ceiling: 9_000, issuer_account: 1 },
    { lane: R, issuer: R, number: 1 },
  );
  await insert(
    database,
    'account',
    { number: 1, kind: 'ISSUER', unit: 2, balance: -5_000 },
    { number: 2, kind: 'TREASURY', unit: 2 },
    { number: 3, kind: 'PAYEE', organisation: 'Gridline' },
    { number: 4, kind: 'PAYEE', organisation: 'Polesandwires' },
    ...upTo(1, 6).map((n) => ({ number: 10 + n, participant: n })),
    ...upTo(1, 6).map((n) => ({ number: 20 + n, participant: n, kind: 'RECEIVABLE' })),
    { number: 31, participant: 1, kind: 'WALLET', unit: 2, floor: 0, balance: 5_000 },
    { number: 32, participant: 2, kind: 'WALLET', unit: 2, floor: 0 },
    { lane: R, organisation: R, number: 11, participant: 1 },
  );
  const settlement = { block: 3, command: 'intervalSettle', interval_start: T0 };
  await insert(
    database,
    'entry',
    ...upTo(1, 6).map((n) => ({ account: 10 + n, sequence: 1, amount: -100 * n, ...settlement })),
    { account: 22, sequence: 1, amount: -900, ...settlement },
    { account: 3, sequence: 1, amount: 3_000, ...settlement },
    { account: 31, sequence: 1, amount: 5_000, block: 1, command: 'sparkzMint' },
    { lane: R, account: 11, sequence: 1, amount: -5, block: 3, position: 1 },
  );
  await insert(database, 'hold', { number: 1, account: 31, payee: 32 }, { number: 2, account: 32, payee: 2 });
  await insert(
    database,
    'receivable',
    { id: 1, connection: 2, account: 22 },
    { id: 2, lane: R, connection: 1, account: 11 },
  );
}

async function seedMarkets(database: Database): Promise<void> {
  await insert(database, 'tariff', { number: 1 }, { lane: R, number: 1, owner: R });
  const lines = JSON.stringify([
    {
      ...{ lineId: 'energy', payee: '3', basis: 'IMPORT_WH', rateMicros: '300000000' },
      ...{ taxCode: 'vat', staysPayableOnTraded: false },
    },
  ]);
  await insert(
    database,
    'tariff_version',
    { lines },
    { version: 2, effective_from: T1, lines },
    { lane: R, lines },
  );
  await insert(
    database,
    'market',
    { number: 1 },
    { number: 2, market_id: 'alone', network: 2 },
    { lane: R, number: 1 },
  );
  const accounts = (n: number): { dues_account: number; receivable_account: number } => ({
    dues_account: 10 + n,
    receivable_account: 20 + n,
  });
  await insert(
    database,
    'membership',
    ...upTo(1, 6).map((n) => ({ connection: n, ...accounts(n) })),
    { connection: 7, market: 2, ...accounts(6) },
    { lane: R, connection: 1, dues_account: 11, receivable_account: 11 },
  );
  await insert(
    database,
    'preference',
    { connection: 1, min_sell_price: 150_000_000 },
    { connection: 2, max_buy_price: 250_000_000 },
  );
  await insert(
    database,
    'agreement',
    { number: 1, seller: 1, buyer: 2, proposed_by: 1 },
    { number: 2, kind: 'NOMINATED', seller: 3, buyer: 4, proposed_by: 4, state: 'PROPOSED' },
  );
}

async function seedMetering(database: Database): Promise<void> {
  const wh = (n: number): { import_wh: number; export_wh: number } =>
    n % 2 === 1 ? { import_wh: 0, export_wh: 1_000 + n } : { import_wh: 500 + n, export_wh: 0 };
  await insert(
    database,
    'reading',
    ...upTo(1, 7).flatMap((n) => [T0, T1].map((start) => ({ connection: n, start, ...wh(n), block: 2 }))),
    { connection: 2, revision: 1, import_wh: 600, source: 'file-2', block: 2 },
    { lane: R, connection: 1, import_wh: 9 },
  );
  const place = { block: 3, position: 0 };
  const metered = { import_wh: 1_512, export_wh: 3_009 };
  await insert(
    database,
    'run',
    { members: 6, ...metered, ...place },
    { start: T1, members: 6, stale: true, ...metered, ...place },
    { market: 2, members: 1, backfill: true, ...place },
    { lane: R, block: 3, position: 1 },
  );
  await insert(
    database,
    'position',
    ...upTo(1, 6).flatMap((n) =>
      [T0, T1].map((start) => ({
        ...{ connection: n, start, ...wh(n), bill_micros: 100 * n },
        ...(start === T0 && n === 2 ? { contracted_bought_wh: 200 } : {}),
        ...(start === T0 && n === 4 ? { nominated_bought_wh: 300 } : {}),
        ...(start === T0 && n === 5 ? { community_sold_wh: 100, community_sold_micros: 20_000 } : {}),
        ...(start === T0 && n === 6 ? { community_bought_wh: 100, community_bought_micros: 20_000 } : {}),
      })),
    ),
    { connection: 7, market: 2, ...wh(7) },
    { lane: R, connection: 1, import_wh: 9, community_sold_wh: 100, community_sold_micros: 20_000 },
  );
  await insert(
    database,
    'trade',
    {
      id: TRADE.contract,
      stage: 'CONTRACTED',
      agreement: 1,
      seller: 1,
      buyer: 2,
      quantity_wh: 200,
      amount: 50_000,
    },
    {
      id: TRADE.nomination,
      stage: 'NOMINATED',
      agreement: 2,
      seller: 3,
      buyer: 4,
      quantity_wh: 300,
      amount: 60_000,
    },
    { id: TRADE.sale, seller: 5 },
    { id: TRADE.purchase, buyer: 6 },
    { id: TRADE.other, lane: R, seller: 1 },
  );
}

/** Totals of all runs, as the projector writes them. */
export async function seedTotals(database: Database): Promise<void> {
  const rows = await database.db.selectFrom('run').selectAll().execute();
  const runs = rows.map(({ lane, market, start, run }) => ({
    ...{ lane, run },
    ...{ market: Number(market), start: Number(start) },
  }));
  await database.transaction((session) => writeTotals(session, runs));
}
