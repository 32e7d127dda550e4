/**
 * What a run of blocks changes in the read model: new rows by table, then updates in the order in which they came.
 * An update only touches rows that exist by then, so that all rows can go first. Last come the totals of runs.
 */
import { CopyBuffer, type CopyValue } from './copy-buffer.js';
import { TOTAL_COLUMNS, writeTotals, type RunKey } from './run-totals.js';
import type { Session } from './session.js';

const POSITIONS = [
  ...['lane', 'market', 'start', 'run', 'band', 'trade_keys', 'connection', 'reading_revision', 'import_wh'],
  ...['export_wh', 'contracted_bought_wh', 'contracted_sold_wh', 'nominated_bought_wh', 'nominated_sold_wh'],
  ...['community_bought_wh', 'community_sold_wh', 'bilateral_micros', 'community_bought_micros'],
  ...[
    'community_sold_micros',
    'tariff',
    'tariff_version',
    'residual_import_micros',
    'residual_export_micros',
  ],
  ...['levies_micros', 'standing_micros', 'bill_micros', 'retail_only_micros'],
] as const;
const TRADE = [
  ...['id', 'lane', 'market', 'start', 'run', 'stage', 'agreement', 'seller', 'buyer', 'quantity_wh'],
  ...['price', 'amount'],
] as const;

/** Columns that the projector writes, by table. */
const COLUMNS = {
  block: ['number', 'header_hash', 'previous_hash', 'data_hash', 'size_bytes', 'transactions'],
  transaction: [
    ...[
      'id',
      'block',
      'position',
      'time',
      'ledger_time',
      'organisation',
      'role',
      'lane',
      'leaf',
      'event_root',
    ],
    ...['valid', 'commands', 'refused', 'replayed', 'recorded'],
  ],
  refusal: ['lane', 'leaf', 'command_index', 'block', 'code', 'field'],
  admission: ['organisation', 'role', 'lane', 'block'],
  participant: ['lane', 'number', 'participant_id', 'host', 'active', 'block'],
  network: [
    'lane',
    'number',
    'network_id',
    'operator',
    'interval_seconds',
    'time_zone',
    'price_cap',
    'block',
  ],
  connection: [
    ...['lane', 'number', 'meter_id', 'participant', 'network', 'slot', 'zone', 'metering_data_provider'],
    ...['sanctioned_load_w', 'generation_capacity_w', 'valid_from', 'valid_to', 'block'],
  ],
  unit: ['lane', 'number', 'kind', 'issuer', 'currency', 'region', 'ceiling', 'issuer_account'],
  account: [
    ...[
      'lane',
      'number',
      'unit',
      'kind',
      'participant',
      'organisation',
      'floor',
      'balance',
      'held',
      'postings',
    ],
    'block',
  ],
  entry_set: [
    ...['lane', 'account', 'first_sequence', 'block', 'position', 'command'],
    ...['amounts', 'balances', 'command_indexes', 'interval_starts'],
  ],
  hold: ['lane', 'number', 'account', 'payee', 'amount', 'remaining', 'expires_at', 'purpose'],
  tariff: ['lane', 'number', 'tariff_id', 'owner'],
  tariff_version: ['lane', 'tariff', 'version', 'effective_from', 'lines'],
  market: [
    ...['lane', 'number', 'market_id', 'network', 'unit', 'state', 'k_numerator', 'k_denominator'],
    ...['rounding_account', 'opened_at', 'block'],
  ],
  membership: [
    'lane',
    'market',
    'connection',
    'effective_from',
    'tariff',
    'dues_account',
    'receivable_account',
  ],
  preference: ['lane', 'market', 'connection', 'effective_from', 'min_sell_price', 'max_buy_price'],
  agreement: [
    ...[
      'lane',
      'market',
      'number',
      'kind',
      'seller',
      'buyer',
      'price',
      'limit_wh',
      'effective_from',
      'effective_to',
    ],
    ...['state', 'proposed_by'],
  ],
  reading_set: [
    ...['lane', 'band', 'start', 'duration_seconds', 'source', 'block', 'connection', 'revision'],
    ...['import_wh', 'export_wh', 'quality'],
  ],
  run: [
    ...['lane', 'market', 'start', 'run', 'kind', 'backfill', 'stale', 'price', 'unmatched_by_cap_wh'],
    ...['input_digest', 'output_digest', 'import_wh', 'export_wh', 'members', 'block', 'position'],
    ...TOTAL_COLUMNS,
  ],
  position_set: POSITIONS,
  bilateral_trade: TRADE,
  open_position_set: POSITIONS,
  open_bilateral_trade: TRADE,
  run_part: ['lane', 'market', 'start', 'run', 'from_member', 'block', 'position'],
  receivable: ['id', 'lane', 'market', 'start', 'connection', 'account', 'amount', 'due_at'],
} as const satisfies Record<string, readonly string[]>;

export type ProjectedTable = keyof typeof COLUMNS;
export const PROJECTED_TABLES = Object.keys(COLUMNS) as ProjectedTable[];

export class Changes {
  private readonly buffers = new Map<ProjectedTable, CopyBuffer>();
  private updates: { readonly sql: string; readonly parameters: readonly unknown[] }[] = [];
  private settled: RunKey[] = [];

  add(table: ProjectedTable, ...values: CopyValue[]): void {
    let buffer = this.buffers.get(table);
    if (!buffer) this.buffers.set(table, (buffer = new CopyBuffer(table, COLUMNS[table])));
    buffer.add(values);
  }

  /** An update, run after all new rows are in. */
  update(sql: string, ...parameters: readonly unknown[]): void {
    this.updates.push({ sql, parameters });
  }

  /** A run whose rows are written by now, in several parts: its totals are summed after them. */
  sumUp(run: RunKey): void {
    this.settled.push(run);
  }

  /** Characters and updates that wait: what a run of blocks is bounded by. */
  get weight(): number {
    let sum = this.updates.length * 100;
    for (const buffer of this.buffers.values()) sum += buffer.characters;
    return sum;
  }

  async write(session: Session): Promise<void> {
    for (const buffer of this.buffers.values()) {
      if (buffer.rows > 0) await session.copyIn(buffer.sql, buffer.take());
    }
    const updates = this.updates;
    this.updates = [];
    for (const { sql, parameters } of updates) await session.run(sql, parameters);
    const { settled } = this;
    this.settled = [];
    await writeTotals(session, settled);
  }
}
