/**
 * The read model's tables, as the query layer types them. Derived wholly from committed blocks (K6): dropping them
 * and reading from block 0 gives the same content. Amounts are bigint columns, read as decimal text.
 * `position`, `open_position`, `reading`, `entry` and `trade` are views over tables of arrays (migration 6).
 */
import type { ColumnType } from 'kysely';

/** A bigint column: text when read, so that no amount passes through a float. */
export type Big = ColumnType<string, string | number | bigint, string | number | bigint>;
/** An integer that may exceed a bigint, as a sum of such: text when read. */
export type Sum = ColumnType<string, string | undefined, string>;
/** An instant in ms since 1970. */
export type Ms = ColumnType<string, string | number, string | number>;

/** Which connections a row shares its place with (bands.ts): who looks by connection names it too, for the index. */
export type Band = ColumnType<string, string | number | undefined, string>;

/** What the projector has applied; one row, written in the transaction of the block that it tells of. */
export interface CheckpointTable {
  id: number;
  /** Blocks applied. */
  height: Big;
  /** Chained SHA-256 of all applied content, hex. */
  digest: string;
  ledger_id: string | null;
  /** Version of the projection that made the rows; null for those before it was kept. */
  projection: number | null;
}
export interface BlockTable {
  number: Big;
  header_hash: string;
  previous_hash: string;
  data_hash: string;
  size_bytes: number;
  transactions: number;
}
export interface TransactionTable {
  /** One valid transaction has it; others that are not valid may. */
  id: string;
  block: Big;
  position: number;
  time: Ms;
  ledger_time: Ms;
  organisation: string;
  role: string;
  lane: string;
  /** Leaf of the lane's log; null where the transaction was not valid. */
  leaf: Big | null;
  event_root: string | null;
  valid: boolean;
  commands: number;
  refused: number;
  replayed: number;
  /** Whether another ledger recorded it before (K11); null only until the projector starts (projection-format.ts). */
  recorded: boolean | null;
}
/** One row a command that was refused, so that a retry gets its first answer; applied ones follow from their place. */
export interface RefusalTable {
  lane: string;
  leaf: Big;
  command_index: number;
  block: Big;
  code: string;
  field: string;
}
/** A role in which a host admitted an organisation to its lane, for as long as it does. */
export interface AdmissionTable {
  organisation: string;
  role: string;
  lane: string;
  block: Big;
}
export interface ParticipantTable {
  lane: string;
  number: Big;
  participant_id: string;
  host: string;
  active: boolean;
  block: Big;
}
export interface NetworkTable {
  lane: string;
  number: Big;
  network_id: string;
  operator: string;
  interval_seconds: number;
  time_zone: string;
  price_cap: Big | null;
  block: Big;
}
export interface ConnectionTable {
  lane: string;
  number: Big;
  meter_id: string;
  participant: Big;
  network: Big;
  slot: number;
  zone: string;
  metering_data_provider: string;
  sanctioned_load_w: Big;
  generation_capacity_w: Big;
  valid_from: Ms;
  valid_to: Ms | null;
  block: Big;
}
export interface UnitTable {
  lane: string;
  number: Big;
  kind: string;
  issuer: string;
  currency: string;
  region: string;
  ceiling: Big;
  issuer_account: Big;
}
export interface AccountTable {
  lane: string;
  number: Big;
  unit: Big;
  kind: string;
  /** Null where an organisation owns it. */
  participant: Big | null;
  organisation: string;
  /** Null where it has none. */
  floor: Big | null;
  balance: Big;
  held: Big;
  postings: Big;
  block: Big;
}
/** One posting: (account, sequence). */
export interface EntryTable {
  lane: string;
  account: Big;
  sequence: Big;
  amount: Big;
  balance_after: Big;
  block: Big;
  position: number;
  command_index: number;
  command: string;
  /** Start of the settled interval, where the posting is of a settlement. */
  interval_start: Ms | null;
  /** Number of the first of the postings that share its row. */
  first_sequence: ColumnType<string, string | number | undefined, string>;
}
export interface HoldTable {
  lane: string;
  number: Big;
  account: Big;
  payee: Big;
  amount: Big;
  remaining: Big;
  expires_at: Ms;
  purpose: string;
}
export interface TariffTable {
  lane: string;
  number: Big;
  tariff_id: string;
  owner: string;
}
export interface TariffVersionTable {
  lane: string;
  tariff: Big;
  version: number;
  effective_from: Ms;
  /** Array of lines as objects, amounts as text. */
  lines: unknown;
}
export interface MarketTable {
  lane: string;
  number: Big;
  market_id: string;
  network: Big;
  unit: Big;
  state: string;
  k_numerator: number;
  k_denominator: number;
  rounding_account: Big;
  opened_at: Ms | null;
  block: Big;
}
export interface MembershipTable {
  lane: string;
  market: Big;
  connection: Big;
  effective_from: Ms;
  tariff: Big;
  dues_account: Big;
  receivable_account: Big;
}
export interface PreferenceTable {
  lane: string;
  market: Big;
  connection: Big;
  effective_from: Ms;
  min_sell_price: Big | null;
  max_buy_price: Big | null;
}
export interface AgreementTable {
  lane: string;
  market: Big;
  number: Big;
  kind: string;
  seller: Big;
  buyer: Big;
  price: Big;
  limit_wh: Big | null;
  effective_from: Ms;
  effective_to: Ms | null;
  state: string;
  proposed_by: Big;
}
export interface ReadingTable {
  lane: string;
  connection: Big;
  start: Ms;
  duration_seconds: number;
  revision: number;
  import_wh: Big;
  export_wh: Big;
  quality: string;
  source: string;
  block: Big;
  band: Band;
}
export interface RunTable {
  lane: string;
  market: Big;
  start: Ms;
  run: number;
  kind: string;
  backfill: boolean;
  stale: boolean;
  price: Big | null;
  unmatched_by_cap_wh: Big;
  input_digest: string;
  output_digest: string;
  import_wh: Big;
  export_wh: Big;
  members: number;
  block: Big;
  position: number;
  /** Whose connections its members are, each counted once. */
  participants: ColumnType<number, number | undefined, number>;
  contracted_wh: Sum;
  contracted_micros: Sum;
  nominated_wh: Sum;
  nominated_micros: Sum;
  community_wh: Sum;
  community_micros: Sum;
  residual_import_wh: Sum;
  residual_import_micros: Sum;
  residual_export_wh: Sum;
  residual_export_micros: Sum;
}
/** What one connection traded and owes in one run. */
export interface PositionTable {
  lane: string;
  market: Big;
  connection: Big;
  start: Ms;
  run: number;
  reading_revision: number;
  import_wh: Big;
  export_wh: Big;
  contracted_bought_wh: Big;
  contracted_sold_wh: Big;
  nominated_bought_wh: Big;
  nominated_sold_wh: Big;
  community_bought_wh: Big;
  community_sold_wh: Big;
  bilateral_micros: Big;
  community_bought_micros: Big;
  community_sold_micros: Big;
  tariff: Big;
  tariff_version: number;
  residual_import_micros: Big;
  residual_export_micros: Big;
  levies_micros: Big;
  standing_micros: Big;
  bill_micros: Big;
  retail_only_micros: Big;
  /** Whether its run is the interval's latest. */
  counts: boolean;
  band: Band;
}
export interface TradeTable {
  /** SHA-256 over [lane, market, start, run, stage, buyer, seller, agreement], hex: one id for both sides (P2P-15). */
  id: string;
  lane: string;
  market: Big;
  start: Ms;
  run: number;
  stage: string;
  agreement: Big;
  seller: Big;
  buyer: Big;
  quantity_wh: Big;
  price: Big;
  amount: Big;
  /** Whether its run is the interval's latest. */
  counts: boolean;
}
/** Where a part of a run was posted. */
export interface RunPartTable {
  lane: string;
  market: Big;
  start: Ms;
  run: number;
  /** Members posted before it. */
  from_member: number;
  block: Big;
  position: number;
}
export interface ReceivableTable {
  /** Block × 2^20 + position among the block's receivables. */
  id: Big;
  lane: string;
  market: Big;
  start: Ms;
  connection: Big;
  account: Big;
  amount: Big;
  due_at: Ms;
}

export interface Tables {
  checkpoint: CheckpointTable;
  block: BlockTable;
  transaction: TransactionTable;
  refusal: RefusalTable;
  admission: AdmissionTable;
  participant: ParticipantTable;
  network: NetworkTable;
  connection: ConnectionTable;
  unit: UnitTable;
  account: AccountTable;
  entry: EntryTable;
  hold: HoldTable;
  tariff: TariffTable;
  tariff_version: TariffVersionTable;
  market: MarketTable;
  membership: MembershipTable;
  preference: PreferenceTable;
  agreement: AgreementTable;
  reading: ReadingTable;
  run: RunTable;
  run_part: RunPartTable;
  /** Of runs that are not complete. */
  open_position: PositionTable;
  position: PositionTable;
  /** Between two members, or between one and the community. */
  trade: TradeTable;
  /** Between two members; what is traded with the community follows from positions. */
  bilateral_trade: TradeTable;
  open_bilateral_trade: TradeTable;
  receivable: ReceivableTable;
}
