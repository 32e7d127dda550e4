/**
 * Brings readings to the ledger: meters become connections, intervals fit the network's grid, what the ledger has
 * already is passed over, what differs becomes a revision. The same file again changes nothing.
 */
import { v7 } from 'uuid';
import type { IdentityRef } from '../../network/ledger.js';
import type { CommandInput, CommandShape } from '../../schema/command.js';
import { keyFromUuid } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { readingsRecord, readingsRevise } from '../../schema/trade/metering.js';
import type { Lanes } from '../lanes/lanes.js';
import type { Database } from '../readmodel/database.js';
import { MISSING, onGrid, SUBSTITUTED, type GridReading } from './grid.js';
import { ImportTally, type ImportSummary } from './import-tally.js';
import { knownReadings, targetsOf, type KnownReading, type Target } from './known.js';
import { QUALITIES, type MeterFile } from './readings.js';

export type { ImportSummary, RefusedReading } from './import-tally.js';

export interface ImportOptions {
  readonly lanes: Lanes;
  /**
   * The read model, level with the ledger: what it does not show yet would be taken for new, and refused with
   * READING_EXISTS.
   */
  readonly database: Database;
  /** The metering data provider that gives the readings. */
  readonly identity: IdentityRef;
  /** Lane of the connections. */
  readonly lane: string;
  /** Why readings that differ are revised. */
  readonly reason: string;
  /** Is told how many commands of how many are decided. */
  readonly progress?: (done: number, total: number) => void;
}

/** Rows of one command: their numbers and figures stay well below its 60,000 bytes. */
const ROWS = Math.min(LIMITS.readingsPerCommand, 1_000);
/** Commands that are under way at a time. */
const COMMANDS = 256;

/** A command to be: readings of one network and interval. */
interface Pending {
  readonly shape: CommandShape;
  readonly network: number;
  readonly start: number;
  readonly seconds: number;
  readonly rows: { readonly target: Target; readonly reading: GridReading }[];
}

export async function importReadings(file: MeterFile, options: ImportOptions): Promise<ImportSummary> {
  const { readings } = file;
  const { database, lane, identity } = options;
  const tally = new ImportTally();
  const targets = await targetsOf(readings.meters, database, lane);
  const plan = new Plan(tally);
  for (const [index, meter] of readings.meters.entries()) {
    const rows = readings.rowsOf(index);
    if (rows.length === 0) continue;
    const target = targets.get(meter);
    // The ledger says NOT_FOUND of a connection whose readings are another provider's to give.
    if (target?.provider !== identity.organisation) {
      const code = target ? 'OTHER_PROVIDER' : 'UNKNOWN_METER';
      tally.read += rows.length;
      tally.refuse({ meter, start: readings.start[rows[0]], code }, rows.length);
      continue;
    }
    const known = await knownReadings(target, readings, rows, database, lane);
    for (const reading of onGrid(readings, meter, target.intervalSeconds)) {
      plan.take(target, reading, known.get(reading.start));
    }
  }
  const pending = plan.commands();
  for (let at = 0; at < pending.length; at += COMMANDS) {
    await give(pending.slice(at, at + COMMANDS), file, options, tally);
    options.progress?.(Math.min(at + COMMANDS, pending.length), pending.length);
  }
  return tally.summary();
}

/** Sorts readings into the commands of their network and interval. */
class Plan {
  private readonly open = new Map<string, Pending>();
  private readonly full: Pending[] = [];

  constructor(private readonly tally: ImportTally) {}

  take(target: Target, read: GridReading, known: KnownReading | undefined): void {
    const { tally } = this;
    const { meter } = target;
    tally.read++;
    if (!read.isCovered) return tally.refuse({ meter, start: read.start, code: 'INTERVAL_NOT_COVERED' });
    if (Math.max(read.importWh, read.exportWh) > LIMITS.intervalWh) {
      return tally.refuse({ meter, start: read.start, code: 'OVER_CAPACITY' });
    }
    const reading = complete(read, known);
    if (known && isSame(reading, known)) tally.unchanged++;
    else if (known && reading.quality === MISSING) tally.missing++;
    else this.add(target, reading, known ? readingsRevise : readingsRecord);
  }

  /** In order of time, as the intervals were. */
  commands(): Pending[] {
    return [...this.full, ...this.open.values()].sort((a, b) => a.start - b.start);
  }

  private add(target: Target, reading: GridReading, shape: CommandShape): void {
    const { start } = reading;
    const { network, intervalSeconds: seconds } = target;
    const key = `${shape.name} ${network} ${start}`;
    let pending = this.open.get(key);
    if (!pending) this.open.set(key, (pending = { shape, network, start, seconds, rows: [] }));
    pending.rows.push({ target, reading });
    if (pending.rows.length === ROWS) {
      this.full.push(pending);
      this.open.delete(key);
    }
  }
}

/**
 * A reading for which a register of its meter is absent says nothing of that figure: what the ledger has of it stays.
 * Where it has nothing, the sum of the registers that are there is a substitute at best. A missing reading has no
 * figures.
 */
function complete(reading: GridReading, known: KnownReading | undefined): GridReading {
  if (reading.quality === MISSING) return { ...reading, importWh: 0, exportWh: 0 };
  const { incomplete } = reading;
  if (!incomplete) return reading;
  const has = known && known.quality !== QUALITIES[MISSING] ? known : undefined;
  const quality = has ? QUALITIES.findIndex((of) => of === has.quality) : SUBSTITUTED;
  return {
    ...reading,
    importWh: has && incomplete.import ? has.importWh : reading.importWh,
    exportWh: has && incomplete.export ? has.exportWh : reading.exportWh,
    quality: Math.max(reading.quality, quality),
  };
}

const isSame = (reading: GridReading, known: KnownReading): boolean =>
  known.quality === QUALITIES[reading.quality] &&
  (reading.quality === MISSING ||
    (known.importWh === reading.importWh && known.exportWh === reading.exportWh));

/** Gives commands; one that is refused for a row is given again row by row, so that one bad reading holds up no other. */
async function give(
  list: readonly Pending[],
  file: MeterFile,
  options: ImportOptions,
  tally: ImportTally,
): Promise<void> {
  const commands = list.map((pending) => commandOf(pending, file, options));
  const outcomes = await options.lanes.submitBatch(options.lane, options.identity, commands);
  const again: Pending[] = [];
  outcomes.forEach(({ refusal }, i) => {
    const pending = list[i];
    const { rows } = pending;
    if (!refusal) {
      tally[pending.shape === readingsRecord ? 'recorded' : 'revised'] += rows.length;
      for (const { reading } of rows) {
        if (reading.incomplete) tally.incomplete++;
        if (reading.quality === MISSING) tally.recordedMissing++;
      }
    } else if (rows.length > 1 && isOfRow(refusal.field)) {
      again.push(...rows.map((row) => ({ ...pending, rows: [row] })));
    } else {
      for (const { target } of rows) {
        tally.refuse({ meter: target.meter, start: pending.start, code: refusal.code });
      }
    }
  });
  for (let at = 0; at < again.length; at += COMMANDS) {
    await give(again.slice(at, at + COMMANDS), file, options, tally);
  }
}

/** Whether a refusal is about one row, whose number ends the field: `connection.7`. */
const isOfRow = (field: string): boolean => /\.\d+$/.test(field);

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
