/** What the read model knows of a file's meters: their connections, and the readings that the ledger has of them. */
import { bandOf } from '../readmodel/bands.js';
import type { Database } from '../readmodel/database.js';
import type { ReadingTable } from './readings.js';

/** The connection that a meter is. */
export interface Target {
  readonly meter: string;
  readonly connection: number;
  readonly network: number;
  /** Of its network. */
  readonly intervalSeconds: number;
  /** The metering data provider that may give its readings. */
  readonly provider: string;
}

export interface KnownReading {
  readonly importWh: number;
  readonly exportWh: number;
  /** A ReadingQuality. */
  readonly quality: string;
}

/** Meters that one statement asks for. */
const METERS = 1_000;

/** Connections by meter id; meters that the lane does not have are absent. */
export async function targetsOf(
  meters: readonly string[],
  database: Database,
  lane: string,
): Promise<Map<string, Target>> {
  const found = new Map<string, Target>();
  for (let at = 0; at < meters.length; at += METERS) {
    const rows = await database.db
      .selectFrom('connection as c')
      .innerJoin('network as n', (on) =>
        on.onRef('n.lane', '=', 'c.lane').onRef('n.number', '=', 'c.network'),
      )
      .select(['c.meter_id', 'c.number', 'c.network', 'c.metering_data_provider', 'n.interval_seconds'])
      .where('c.lane', '=', lane)
      .where('c.meter_id', 'in', meters.slice(at, at + METERS))
      .execute();
    for (const row of rows) {
      found.set(row.meter_id, {
        meter: row.meter_id,
        connection: Number(row.number),
        network: Number(row.network),
        intervalSeconds: row.interval_seconds,
        provider: row.metering_data_provider,
      });
    }
  }
  return found;
}

/** The metering data providers that the connections of each lane name. */
export async function providersByLane(database: Database): Promise<Map<string, string[]>> {
  const rows = await database.db
    .selectFrom('connection')
    .distinct()
    .select(['lane', 'metering_data_provider as provider'])
    .orderBy('lane')
    .orderBy('provider')
    .execute();
  const found = new Map<string, string[]>();
  for (const { lane, provider } of rows) found.set(lane, [...(found.get(lane) ?? []), provider]);
  return found;
}

/** The latest revision of each reading of a connection, by start, in the time that the file's readings span. */
export async function knownReadings(
  { connection }: Target,
  readings: ReadingTable,
  rows: readonly number[],
  database: Database,
  lane: string,
): Promise<Map<number, KnownReading>> {
  let [from, to] = [Infinity, -Infinity];
  for (const i of rows) {
    from = Math.min(from, readings.start[i]);
    to = Math.max(to, readings.start[i] + readings.durationSeconds[i] * 1000);
  }
  const found = await database.db
    .selectFrom('reading')
    .distinctOn('start')
    .select(['start', 'import_wh', 'export_wh', 'quality'])
    .where('lane', '=', lane)
    .where('connection', '=', String(connection))
    .where('band', '=', String(bandOf(connection)))
    // An interval of the network may begin up to an hour before the first reading that is part of it.
    .where('start', '>', String(from - 3_600_000))
    .where('start', '<', String(to))
    .orderBy('start')
    .orderBy('revision', 'desc')
    .execute();
  return new Map(
    found.map((row) => [
      Number(row.start),
      { importWh: Number(row.import_wh), exportWh: Number(row.export_wh), quality: row.quality },
    ]),
  );
}
