/** What first readings and revisions have in common: who may give them, for what, within which bounds (A2, E1). */
import { READING_QUALITY } from '../../../schema/trade/metering.js';
import type { Context } from '../../kernel/registry.js';
import { require, requireRow } from '../../kernel/unit-of-work.js';
import { network } from './access.js';
import { requireOnGrid } from './grid.js';
import { CONNECTIONS, intervalScope, READINGS, SLOTS, type ReadingRecord } from './pages.js';

// Columns of the pages that every row is checked against: making records of them would cost more than the checks.
const CONNECTION = CONNECTIONS.at;
const SLOT = SLOTS.at;

export const MISSING = READING_QUALITY.indexOf('MISSING');

interface ReadingsArgs {
  readonly network: number;
  readonly start: number;
  readonly durationSeconds: number;
  readonly rows: {
    readonly connection: readonly number[];
    readonly importWh: readonly number[];
    readonly exportWh: readonly number[];
    readonly quality: readonly (typeof READING_QUALITY)[number][];
  };
}

/** Most that a power can carry in an interval, in Wh, rounded up: a meter may round its reading up. */
function mostWh(powerW: number, seconds: number): number {
  const wattSeconds = powerW * seconds + 3599;
  return (wattSeconds - (wattSeconds % 3600)) / 3600;
}

/**
 * Checks each row and writes it as the revision that `revisionAfter` gives it after the reading before it, or refuses.
 * The interval is over by ledger time; the connection is in force in all of it; the organisation is its metering data
 * provider.
 */
export function writeReadings(
  c: Context,
  args: ReadingsArgs,
  revisionAfter: (
    before: ReadingRecord | undefined,
    row: Omit<ReadingRecord, 'revision'>,
    at: number,
  ) => number,
): void {
  const of = network(c, args.network);
  require(args.durationSeconds === of.intervalSeconds, 'OFF_GRID', 'durationSeconds');
  requireOnGrid(of, args.start, 'start');
  const end = args.start + of.intervalSeconds * 1000;
  require(end <= c.ledgerTimeMs, 'INTERVAL_NOT_OVER', 'start');
  const { rows } = args;
  const scope = intervalScope(args.network, args.start);
  const slotScope = `${args.network}.`;
  for (let i = 0; i < rows.connection.length; i++) {
    const number = rows.connection[i];
    const connections = c.records.pageOf(CONNECTIONS, number).columns as number[][];
    const at = number % CONNECTIONS.perPage;
    requireRow(connections[CONNECTION.network][at] === args.network, 'NOT_FOUND', 'connection', i);
    const slot = connections[CONNECTION.slot][at];
    const slots = c.records.pageOf(SLOTS, slot, slotScope).columns as number[][];
    const place = slot % SLOTS.perPage;
    requireRow(slots[SLOT.provider][place] === c.organisation, 'NOT_FOUND', 'connection', i);
    const inForce = isInForce(slots[SLOT.validFrom][place], slots[SLOT.validTo][place], args.start, end);
    requireRow(inForce, 'CONNECTION_NOT_IN_FORCE', 'connection', i);
    const importWh = rows.importWh[i];
    const mostImportWh = mostWh(slots[SLOT.sanctionedLoadW][place], of.intervalSeconds);
    requireRow(importWh <= mostImportWh, 'OVER_CAPACITY', 'importWh', i);
    const exportWh = rows.exportWh[i];
    const mostExportWh = mostWh(slots[SLOT.generationCapacityW][place], of.intervalSeconds);
    requireRow(exportWh <= mostExportWh, 'OVER_CAPACITY', 'exportWh', i);
    const before = c.records.get(READINGS, slot, scope);
    const quality = READING_QUALITY.indexOf(rows.quality[i]);
    const row = { importWh, exportWh, quality, revision: 0 };
    row.revision = revisionAfter(before, row, i);
    c.records.put(READINGS, slot, row, scope);
  }
}

/** Whether a connection is in force in all of an interval. */
export const isInForce = (
  validFrom: number,
  validTo: number | null,
  startMs: number,
  endMs: number,
): boolean => validFrom <= startMs && (validTo === null || endMs <= validTo);
