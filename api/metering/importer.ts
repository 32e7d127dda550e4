/**
 * Brings readings to the ledger: meters become connections, intervals fit the network's grid, what the ledger has
 * already is passed over, what differs becomes a revision. The same file again changes nothing.
 */
import { sql } from 'kysely';
import { v7 } from 'uuid';
import type { IdentityRef } from '../../network/ledger.js';
import type { CommandInput, CommandShape } from '../../schema/command.js';
import type { ErrorCode } from '../../schema/errors.js';
import { keyFromUuid } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { readingsRecord, readingsRevise } from '../../schema/trade/metering.js';
import type { Lanes } from '../lanes/lanes.js';
import type { Database } from '../readmodel/database.js';
import { onGrid, type GridReading } from './grid.js';
import { QUALITIES, type MeterFile } from './readings.js';

export interface ImportOptions {
  readonly lanes: Lanes;
  readonly database: Database;
  /** The metering data provider that gives the readings. */
  readonly identity: IdentityRef;
  /** Lane of the connections. */
  readonly lane: string;
  /** Why readings that differ are revised. */
  readonly reason: string;
  readonly progress?: (done: number, total: number) => void;
}

export interface RefusedReading {
  readonly meter: string;
  /** ms since 1970. */
  readonly start: number;
  readonly code: ErrorCode | 'UNKNOWN_METER' | 'INTERVAL_NOT_COVERED';
}

export interface ImportSummary {
  /** Readings of the file, on the grid of their networks. */
  readonly read: number;
  readonly recorded: number;
  readonly revised: number;
  readonly unchanged: number;
  readonly refused: number;
  /** Number of refused readings by code, and the first few of them. */
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly examples: readonly RefusedReading[];
}

/** Rows of one command: their ids and figures stay well below its 60,000 bytes. */
const ROWS = Math.min(LIMITS.readingsPerCommand, 1_000);
/** Commands that are under way at a time. */
const COMMANDS = 256;
const EXAMPLES = 10;

interface Target {
  readonly meter: string;
  readonly connection: number;
  readonly network: number;
  readonly intervalSeconds: number;
}

interface Pending {
  readonly shape: CommandShape;
  readonly network: number;
  readonly start: number;
  readonly seconds: number;
  readonly rows: { readonly target: Target; readonly reading: GridReading }[];
}

export async function importReadings(file: MeterFile, options: ImportOptions): Promise<ImportSummary> {
  const tally = new Tally();
  const targets = await targetsOf(file.readings.meters, options);
  const byInterval = new Map<string, Pending>();
  const full: Pending[] = [];
  for (const [meter, target] of targets) {
    if (!target) {
      tally.refuse({
        meter,
        start: file.readings.start[file.readings.meter.indexOf(file.readings.meterIndex(meter))],
        code: 'UNKNOWN_METER',
      });
      continue;
    }
    const known = await knownReadings(target, options);
    for (const reading of onGrid(file.readings, meter, target.intervalSeconds)) {
      tally.read++;
      if (reading.isCovered) plan(target, reading, known.get(reading.start), byInterval, full, tally);
      else tally.refuse({ meter, start: reading.start, code: 'INTERVAL_NOT_COVERED' });
    }
  }
  const pending = [...full, ...byInterval.values()].sort((a, b) => a.start - b.start);
  for (let at = 0; at < pending.length; at += COMMANDS) {
    await give(pending.slice(at, at + COMMANDS), file, options, tally);
    options.progress?.(Math.min(at + COMMANDS, pending.length), pending.length);
  }
  return tally.summary();
}

class Tally {
  read = 0;
  recorded = 0;
  revised = 0;
  unchanged = 0;
  private readonly codes: Record<string, number> = {};
  private readonly examples: RefusedReading[] = [];

  refuse(reading: RefusedReading): void {
    this.codes[reading.code] = (this.codes[reading.code] ?? 0) + 1;
    if (this.examples.length < EXAMPLES) this.examples.push(reading);
  }

  summary(): ImportSummary {
    const { read, recorded, revised, unchanged, codes, examples } = this;
    const refused = Object.values(codes).reduce((a, b) => a + b, 0);
    return { read, recorded, revised, unchanged, refused, refusedByCode: codes, examples };
  }
}

/** Connections by meter id; undefined where the lane has none. */
async function targetsOf(
  meters: readonly string[],
  { database, lane }: ImportOptions,
): Promise<Map<string, Target | undefined>> {
  const { rows } = await sql<
    Record<string, string>
  >`select c.meter_id, c.number, c.network, n.interval_seconds
    from connection c join network n on n.number = c.network and n.lane = c.lane
    where c.lane = ${lane} and c.meter_id = any(${[...meters]}::text[])`.execute(database.db);
  const found = new Map(
    rows.map((row) => [
      row.meter_id,
      {
        meter: row.meter_id,
        connection: Number(row.number),
        network: Number(row.network),
        intervalSeconds: Number(row.interval_seconds),
      },
    ]),
  );
  return new Map(meters.map((meter) => [meter, found.get(meter)]));
}

interface Known {
  readonly importWh: number;
  readonly exportWh: number;
  readonly quality: string;
}

/** The latest revision of each reading that the ledger has of a connection. */
async function knownReadings(target: Target, { database, lane }: ImportOptions): Promise<Map<number, Known>> {
  const { rows } = await sql<
    Record<string, string>
  >`select distinct on (start) start, import_wh, export_wh, quality
    from reading where connection = ${target.connection}::bigint and lane = ${lane}
    order by start, revision desc`.execute(database.db);
  return new Map(
    rows.map((row) => [
      Number(row.start),
      { importWh: Number(row.import_wh), exportWh: Number(row.export_wh), quality: row.quality },
    ]),
  );
}

/** Puts a reading into the command of its network and interval, unless the ledger has it as it is. */
function plan(
  target: Target,
  reading: GridReading,
  known: Known | undefined,
  byInterval: Map<string, Pending>,
  full: Pending[],
  tally: Tally,
): void {
  const isSame =
    known?.importWh === reading.importWh &&
    known.exportWh === reading.exportWh &&
    known.quality === QUALITIES[reading.quality];
  if (isSame) {
    tally.unchanged++;
    return;
  }
  const shape = known ? readingsRevise : readingsRecord;
  const key = `${shape.name} ${target.network} ${reading.start}`;
  let pending = byInterval.get(key);
  if (!pending) {
    pending = {
      shape,
      network: target.network,
      start: reading.start,
      seconds: target.intervalSeconds,
      rows: [],
    };
    byInterval.set(key, pending);
  }
  pending.rows.push({ target, reading });
  if (pending.rows.length === ROWS) {
    full.push(pending);
    byInterval.delete(key);
  }
}

/** Gives commands; one that is refused for a row is given again row by row, so that one bad reading holds up no other. */
async function give(
  list: readonly Pending[],
  file: MeterFile,
  options: ImportOptions,
  tally: Tally,
): Promise<void> {
  const commands = list.map((pending) => commandOf(pending, file, options));
  const outcomes = await options.lanes.submitBatch(options.lane, options.identity, commands);
  const again: Pending[] = [];
  outcomes.forEach(({ refusal }, i) => {
    const pending = list[i];
    if (!refusal) {
      tally[pending.shape === readingsRecord ? 'recorded' : 'revised'] += pending.rows.length;
    } else if (pending.rows.length === 1) {
      tally.refuse({ meter: pending.rows[0].target.meter, start: pending.start, code: refusal.code });
    } else {
      again.push(...pending.rows.map((row) => ({ ...pending, rows: [row] })));
    }
  });
  for (let at = 0; at < again.length; at += COMMANDS) {
    await give(again.slice(at, at + COMMANDS), file, options, tally);
  }
}

function commandOf(
  { shape, network, start, seconds, rows }: Pending,
  file: MeterFile,
  options: ImportOptions,
): CommandInput {
  return {
    shape,
    key: keyFromUuid(v7()),
    actor: 0,
    args: {
      network,
      start,
      durationSeconds: seconds,
      source: file.source,
      ...(shape === readingsRevise ? { reason: options.reason } : {}),
      rows: {
        connection: rows.map((row) => row.target.connection),
        importWh: rows.map((row) => row.reading.importWh),
        exportWh: rows.map((row) => row.reading.exportWh),
        quality: rows.map((row) => QUALITIES[row.reading.quality]),
      },
    },
  };
}
