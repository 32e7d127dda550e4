/** Rows of the read model, each with what a test does not care about filled in. */
import { sql, type Insertable } from 'kysely';
import type { Database } from '../../api/readmodel/database.js';
import type { Tables } from '../../api/readmodel/tables.js';
import { tradeId, tradeKey } from '../../api/readmodel/trade-id.js';

export type Rows = { readonly [T in keyof Tables]: Insertable<Tables[T]> };

/** A quarter of an hour in ms. */
export const QUARTER = 900_000;
/** Start of the first interval that tests speak of. */
export const T0 = Date.parse('2025-06-01T00:00:00Z');

export const B = 'Brightwater';
export const R = 'Rivermouth';

/** A hash of 64 digits that a test can tell from others. */
export const hashOf = (n: number): string => n.toString(16).padStart(64, '0');

const DEFAULTS: { readonly [T in keyof Tables]?: Partial<Rows[T]> } = {
  block: {
    header_hash: hashOf(1),
    previous_hash: hashOf(0),
    data_hash: hashOf(2),
    size_bytes: 100,
    transactions: 1,
  },
  transaction: {
    ...{
      position: 0,
      time: T0,
      ledger_time: T0,
      organisation: B,
      role: 'HOST',
      lane: B,
      event_root: hashOf(3),
    },
    ...{ valid: true, commands: 3, refused: 1, replayed: 0 },
  },
  admission: { lane: B, block: 0 },
  participant: { lane: B, host: B, active: true, block: 0 },
  network: {
    ...{
      lane: B,
      network_id: 'grid',
      operator: 'Gridline',
      interval_seconds: 900,
      time_zone: 'Europe/Berlin',
    },
    ...{ price_cap: null, block: 0 },
  },
  connection: {
    ...{ lane: B, network: 1, slot: 0, zone: 'north', metering_data_provider: 'Meterworks' },
    ...{ sanctioned_load_w: 10_000, generation_capacity_w: 5_000, valid_from: T0, valid_to: null, block: 0 },
  },
  unit: { lane: B, kind: 'DUES', issuer: B, currency: 'EUR', region: 'north', ceiling: 0, issuer_account: 0 },
  account: {
    ...{ lane: B, unit: 1, kind: 'DUES', participant: null, organisation: B, floor: null },
    ...{ balance: 0, held: 0, postings: 0, block: 0 },
  },
  entry: {
    ...{ lane: B, balance_after: 0, block: 0, position: 0, command_index: 0, command: 'sparkzTransfer' },
    ...{ interval_start: null },
  },
  hold: { lane: B, amount: 500, remaining: 500, expires_at: T0, purpose: 'charging' },
  tariff: { lane: B, tariff_id: 'standard', owner: B },
  tariff_version: { lane: B, tariff: 1, version: 1, effective_from: T0 },
  market: {
    ...{
      lane: B,
      market_id: 'community',
      network: 1,
      unit: 1,
      state: 'OPEN',
      k_numerator: 1,
      k_denominator: 2,
    },
    ...{ rounding_account: 4, opened_at: T0, block: 0 },
  },
  membership: { lane: B, market: 1, effective_from: T0, tariff: 1 },
  preference: { lane: B, market: 1, effective_from: T0, min_sell_price: null, max_buy_price: null },
  agreement: {
    ...{ lane: B, market: 1, kind: 'CONTRACTED', price: 250_000_000, limit_wh: null, effective_from: T0 },
    ...{ effective_to: null, state: 'ACCEPTED' },
  },
  reading: {
    ...{ lane: B, start: T0, duration_seconds: 900, revision: 0, import_wh: 0, export_wh: 0 },
    ...{ quality: 'ACTUAL', source: 'file-1', block: 0 },
  },
  run: {
    ...{ lane: B, market: 1, start: T0, run: 0, kind: 'INITIAL', backfill: false, stale: false },
    ...{ price: 200_000_000, unmatched_by_cap_wh: 7, input_digest: hashOf(4), output_digest: hashOf(5) },
    ...{ import_wh: 0, export_wh: 0, members: 1, block: 0, position: 0 },
  },
  position: {
    ...{ lane: B, market: 1, start: T0, run: 0, reading_revision: 0, import_wh: 0, export_wh: 0 },
    ...{ contracted_bought_wh: 0, contracted_sold_wh: 0, nominated_bought_wh: 0, nominated_sold_wh: 0 },
    ...{ community_bought_wh: 0, community_sold_wh: 0, bilateral_micros: 0 },
    ...{ community_bought_micros: 0, community_sold_micros: 0, tariff: 1, tariff_version: 1 },
    ...{ residual_import_micros: 0, residual_export_micros: 0, levies_micros: 0, standing_micros: 0 },
    ...{ bill_micros: 0, retail_only_micros: 0 },
  },
  trade: {
    ...{ lane: B, market: 1, start: T0, run: 0, stage: 'COMMUNITY', agreement: 0, seller: 0, buyer: 0 },
    ...{ quantity_wh: 100, price: 200_000_000, amount: 20_000 },
  },
  receivable: { lane: B, market: 1, start: T0, amount: 900, due_at: T0 },
};

/** Rows of one statement at most: a statement has a limited number of parameters. */
const ROWS_AT_A_TIME = 400;

/** Inserts rows of a table; what they leave out is filled in. */
export async function insert<T extends keyof Tables & keyof Rows>(
  { db }: Database,
  table: T,
  ...rows: readonly Partial<Rows[T]>[]
): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS_AT_A_TIME) {
    const full = rows.slice(i, i + ROWS_AT_A_TIME).map((row) => ({ ...DEFAULTS[table], ...row }));
    const stored = STORED[table as string];
    const isTable = !stored || !(await hasTable(db, stored.table));
    const values = isTable
      ? full.map((row) => (table === 'trade' ? { ...row, block: 0 } : row))
      : full.flatMap((row) => stored.rowOf(row as Row) ?? []);
    if (values.length === 0) continue;
    await db
      .insertInto((isTable ? table : stored.table) as T)
      .values(values as never)
      .execute();
  }
}

type Row = Readonly<Record<string, string | number | boolean | null>>;

/** Columns of a row as arrays of one. */
const single = (row: Row, ...columns: string[]): Record<string, string> =>
  Object.fromEntries(columns.map((column) => [column, `{${row[column]}}`]));
const band = ({ connection }: Row): number => Math.floor(Number(connection) / 32);
const without = (row: Row, ...columns: string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));

const RUN = ['lane', 'market', 'start', 'run', 'counts'];

/** Views, and the rows of the tables behind them that show a row of the view; older schemas have tables of the name. */
const STORED: Readonly<Record<string, { table: string; rowOf: (row: Row) => object | undefined }>> = {
  position: {
    table: 'position_set',
    rowOf: (row) => ({
      ...Object.fromEntries(RUN.filter((c) => c in row).map((column) => [column, row[column]])),
      ...single(row, ...Object.keys(row).filter((column) => !RUN.includes(column))),
      band: band(row),
      trade_keys: `{${communityTrades(row).map(tradeKey).join(',')}}`,
    }),
  },
  reading: {
    table: 'reading_set',
    rowOf: (row) => ({
      ...row,
      ...single(row, 'connection', 'revision', 'import_wh', 'export_wh', 'quality'),
      band: band(row),
    }),
  },
  entry: {
    table: 'entry_set',
    rowOf: (row) => ({
      ...without(row, 'sequence', 'amount', 'balance_after', 'command_index', 'interval_start'),
      ...{ first_sequence: row.sequence, amounts: `{${row.amount}}`, balances: `{${row.balance_after}}` },
      ...{ command_indexes: `{${row.command_index}}` },
      interval_starts: row.interval_start === null ? null : `{${row.interval_start}}`,
    }),
  },
  // What is traded with the community follows from positions.
  trade: { table: 'bilateral_trade', rowOf: (row) => (row.stage === 'COMMUNITY' ? undefined : row) },
};

/** Ids of what a position sold to the community and bought from it. */
function communityTrades(row: Row): string[] {
  const run = [row.lane as string, Number(row.market), Number(row.start), Number(row.run)] as const;
  const connection = Number(row.connection);
  return [
    ...(Number(row.community_sold_wh) > 0 ? [communityTrade(run, { seller: connection, buyer: 0 })] : []),
    ...(Number(row.community_bought_wh) > 0 ? [communityTrade(run, { seller: 0, buyer: connection })] : []),
  ];
}

export const communityTrade = (
  run: readonly [lane: string, market: number, start: number, run: number],
  sides: { readonly seller: number; readonly buyer: number },
): string => tradeId(run, 'COMMUNITY', { ...sides, agreement: 0 });

async function hasTable(db: Database['db'], table: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(
    db,
  );
  return rows[0].found;
}

/** Numbers from one to another. */
export const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
