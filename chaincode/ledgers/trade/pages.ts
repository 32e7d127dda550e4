/**
 * What the trade ledger keeps in state: families of records, each packed into pages. A field is only ever appended
 * (K9). A page's size is bounded by what its records can hold at most.
 */
import { family } from '../../kernel/records.js';

export interface UnitRecord {
  /** 0 dues, 1 Sparkz. */
  kind: number;
  currency: string;
  /** Number of the organisation that keeps or issues it. */
  issuer: number;
  /** Most that may be issued, in micros. */
  ceilingMicros: number;
  /** Account whose negative balance is what was issued; 0 for dues. */
  issuerAccount: number;
}
export const UNIT_DUES = 0;
export const UNIT_SPARKZ = 1;
export const UNITS = family<UnitRecord>('unit', 128, [
  'kind',
  'currency',
  'issuer',
  'ceilingMicros',
  'issuerAccount',
]);

export interface NetworkRecord {
  /** Number of the organisation that operates it. */
  operator: number;
  intervalSeconds: number;
  /** Micros per MWh; null where there is no cap. */
  priceCap: number | null;
  /** Slots given to connections. */
  slots: number;
}
export const NETWORKS = family<NetworkRecord>('network', 256, [
  'operator',
  'intervalSeconds',
  'priceCap',
  'slots',
]);

/** Numbers of accounts that a network has reserved and not given yet: [next, end). */
export interface AccountBlock {
  next: number;
  end: number;
}
export const ACCOUNT_BLOCKS = family<AccountBlock>('netacct', 512, ['next', 'end']);

/** The latest interval start for which a network has a reading: rules take effect after it only (K5). */
export interface Seal {
  throughMs: number;
}
export const SEALS = family<Seal>('seal', 512, ['throughMs']);

export interface ConnectionRecord {
  participant: number;
  network: number;
  slot: number;
  /** Market of which it is a member; 0 before it is one. */
  market: number;
}
export const CONNECTIONS = family<ConnectionRecord>('connection', 512, [
  'participant',
  'network',
  'slot',
  'market',
]);

/** What readings and settlement need of a connection, by its slot in the network; scope: network. */
export interface SlotRecord {
  connection: number;
  participant: number;
  /** Number of the organisation that records its readings (A2). */
  provider: number;
  sanctionedLoadW: number;
  generationCapacityW: number;
  validFrom: number;
  validTo: number | null;
}
export const SLOTS = family<SlotRecord>('slot', 512, [
  'connection',
  'participant',
  'provider',
  'sanctionedLoadW',
  'generationCapacityW',
  'validFrom',
  'validTo',
]);

export interface TariffRecord {
  /** Number of the organisation that publishes it. */
  owner: number;
  /** Unit of its payees' accounts. */
  unit: number;
  /** First instants of its versions, ascending; version n stands at n − 1. */
  from: readonly number[];
  /** Markets in which members use it. */
  markets: readonly number[];
}
export const TARIFFS = family<TariffRecord>('tariff', 8, ['owner', 'unit', 'from', 'markets']);

/** A line of a tariff version; scope: tariff and version, number: position. */
export interface TariffLineRecord {
  lineId: string;
  payee: number;
  basis: number;
  rateMicros: number;
  taxCode: string;
  staysPayable: number;
}
export const TARIFF_LINES = family<TariffLineRecord>('tariffline', 64, [
  'lineId',
  'payee',
  'basis',
  'rateMicros',
  'taxCode',
  'staysPayable',
]);

export interface MarketRecord {
  network: number;
  unit: number;
  roundingAccount: number;
  kNumerator: number;
  kDenominator: number;
  /** Index in MARKET_STATE. */
  state: number;
  /** Ledger time of its opening; null in SETUP. */
  openedAt: number | null;
}
export const MARKETS = family<MarketRecord>('market', 256, [
  'network',
  'unit',
  'roundingAccount',
  'kNumerator',
  'kDenominator',
  'state',
  'openedAt',
]);

export interface AgreementRecord {
  market: number;
  /** Index in AGREEMENT_KIND. */
  kind: number;
  seller: number;
  buyer: number;
  priceMicrosPerMWh: number;
  limitWh: number | null;
  from: number;
  to: number | null;
  /** Index in AGREEMENT_STATE. */
  state: number;
  /** Connection whose participant proposed it. */
  proposedBy: number;
}
export const AGREEMENTS = family<AgreementRecord>('agreement', 256, [
  'market',
  'kind',
  'seller',
  'buyer',
  'priceMicrosPerMWh',
  'limitWh',
  'from',
  'to',
  'state',
  'proposedBy',
]);

/** The agreements of a connection, by slot; scope: network. */
export interface BookRecord {
  /** Accepted agreements in which it sells or buys, that had not ended when the list was last changed. */
  sells: readonly number[];
  buys: readonly number[];
  /** Its proposals that wait for an answer. */
  proposals: number;
  /** The first interval in which `sells` holds; lists of intervals before it lie in pages of their own. */
  sellsFrom: number;
  /** How many of those there are. */
  older: number;
}
export const BOOKS = family<BookRecord>('book', 64, ['sells', 'buys', 'proposals', 'sellsFrom', 'older']);

/** The latest reading of a slot; scope: network and interval start in seconds. Earlier revisions lie in the blocks. */
export interface ReadingRecord {
  importWh: number;
  exportWh: number;
  /** Index in READING_QUALITY. */
  quality: number;
  revision: number;
}
export const READINGS = family<ReadingRecord>('reading', 1024, [
  'importWh',
  'exportWh',
  'quality',
  'revision',
]);

/** A settled interval; scope: market and interval start in seconds, number: run. */
export interface RunRecord {
  stale: number;
  price: number | null;
  inputDigest: string;
  /** Empty while the run is open: its parts are being posted. */
  outputDigest: string;
}
export const isOpen = (run: RunRecord): boolean => run.outputDigest === '';
export const RUNS = family<RunRecord>('run', 64, ['stale', 'price', 'inputDigest', 'outputDigest']);

/** A run whose parts are being posted, or were; scope: market and interval start in seconds, number: run. */
export interface OpenRunRecord {
  members: number;
  /** Members posted so far, in the order of the slots. */
  posted: number;
  clearingAccount: number;
  /** What the parts posted so far have left on the clearing account. */
  clearingMicros: number;
  /** Postings kept so far. */
  kept: number;
  inputDigest: string;
  /** Digest over the parts posted so far. */
  outputDigest: string;
}
export const OPEN_RUNS = family<OpenRunRecord>('openrun', 64, [
  'members',
  'posted',
  'clearingAccount',
  'clearingMicros',
  'kept',
  'inputDigest',
  'outputDigest',
]);

/** What a run posted, by account: a later run posts only the difference. Scope: market, interval start, run. */
export interface KeptPosting {
  account: number;
  amountMicros: number;
}
export const KEPT_POSTINGS = family<KeptPosting>('kept', 2048, ['account', 'amountMicros']);

export interface HoldRecord {
  account: number;
  payee: number;
  remainingMicros: number;
  expiresAt: number;
}
export const HOLDS = family<HoldRecord>('hold', 512, ['account', 'payee', 'remainingMicros', 'expiresAt']);

/** Open holds of an account. */
export const HOLD_COUNTS = family<{ open: number }>('holds', 512, ['open']);

/** Scope of what lies by interval: record number, then the start in seconds. */
export const intervalScope = (number: number, startMs: number): string => `${number}.${startMs / 1000}.`;
