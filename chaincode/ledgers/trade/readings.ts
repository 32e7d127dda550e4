/** What first readings and revisions have in common: who may give them, for what, within which bounds (A2, E1). */
import { READING_QUALITY } from '../../../schema/trade/metering.js';
import type { Context } from '../../kernel/registry.js';
import { require } from '../../kernel/unit-of-work.js';
import { network } from './access.js';
import { requireOnGrid } from './grid.js';
import { CONNECTIONS, intervalScope, READINGS, SLOTS, type ReadingRecord, type SlotRecord } from './pages.js';

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
 * Checks each row and writes what `next` makes of it and of the reading before it. The interval is over by ledger
 * time; the connection is in force in all of it; the organisation is its metering data provider.
 */
export function writeReadings(
  c: Context,
  args: ReadingsArgs,
  next: (
    before: ReadingRecord | undefined,
    row: Omit<ReadingRecord, 'revision'>,
    field: string,
  ) => ReadingRecord,
): void {
  const of = network(c, args.network);
  require(args.durationSeconds === of.intervalSeconds, 'OFF_GRID', 'durationSeconds');
  requireOnGrid(of, args.start, 'start');
  const end = args.start + of.intervalSeconds * 1000;
  require(end <= c.ledgerTimeMs, 'INTERVAL_NOT_OVER', 'start');
  const { rows } = args;
  const scope = intervalScope(args.network, args.start);
  rows.connection.forEach((number, i) => {
    const field = `connection.${i}`;
    const connection = c.records.get(CONNECTIONS, number);
    require(connection?.network === args.network, 'NOT_FOUND', field);
    const slot = c.records.get(SLOTS, connection.slot, `${args.network}.`) as SlotRecord;
    require(slot.provider === c.organisation, 'NOT_FOUND', field);
    require(isInForce(slot, args.start, end), 'CONNECTION_NOT_IN_FORCE', field);
    require(rows.importWh[i] <=
      mostWh(slot.sanctionedLoadW, of.intervalSeconds), 'OVER_CAPACITY', `importWh.${i}`);
    require(rows.exportWh[i] <=
      mostWh(slot.generationCapacityW, of.intervalSeconds), 'OVER_CAPACITY', `exportWh.${i}`);
    const before = c.records.get(READINGS, connection.slot, scope);
    const quality = READING_QUALITY.indexOf(rows.quality[i]);
    const row = { importWh: rows.importWh[i], exportWh: rows.exportWh[i], quality };
    c.records.put(READINGS, connection.slot, next(before, row, field), scope);
  });
}

/** Whether a connection is in force in all of an interval. */
export const isInForce = (slot: SlotRecord, startMs: number, endMs: number): boolean =>
  slot.validFrom <= startMs && (slot.validTo === null || endMs <= slot.validTo);
