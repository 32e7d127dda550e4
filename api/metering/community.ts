/**
 * A community's folder: average load of each household in watts, solar shapes per unit of peak, and who has how much
 * of which. Net power = load − peak × shape, the shape first rounded half up to 6 decimals; energy = |net| × length,
 * rounded half up to whole Wh; import where net > 0, export otherwise.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isIntervalSeconds, type IntervalSeconds } from '../../schema/intervals.js';
import { isRecordId } from '../../schema/ids.js';
import { MeterFileError } from './errors.js';
import { eachRow, scaledDecimal, sourceOf, textOf, wholeNumber } from './table-text.js';

export const COMMUNITY_FILES = {
  loads: 'loads-watts.csv',
  shapes: 'pv-per-unit.csv',
  members: 'members.csv',
} as const;

export interface CommunityData {
  readonly source: string;
  readonly intervalSeconds: IntervalSeconds;
  /** Starts in ms since 1970, ascending. */
  readonly start: readonly number[];
  readonly homes: readonly {
    readonly id: string;
    readonly pvPeakW: number;
    /** Highest load in W. */
    readonly peakLoadW: number;
    /** By interval. */
    readonly importWh: Int32Array;
    readonly exportWh: Int32Array;
  }[];
}

const MICRO = 1_000_000;

interface Columns {
  readonly names: readonly string[];
  readonly start: number[];
  /** One array a column. */
  readonly values: number[][];
}

export async function readCommunity(folder: string): Promise<CommunityData> {
  const [loadBytes, shapeBytes, memberBytes] = await Promise.all(
    Object.values(COMMUNITY_FILES).map((name) =>
      readFile(join(folder, name)).catch((error: unknown) => {
        throw Object.assign(new MeterFileError(`${name} is missing from the community's folder`), {
          cause: error,
        });
      }),
    ),
  );
  const loads = named(COMMUNITY_FILES.loads, () => columnsOf(loadBytes, wholeNumber));
  const shapes = named(COMMUNITY_FILES.shapes, () => columnsOf(shapeBytes, perUnit));
  const members = named(COMMUNITY_FILES.members, () => membersOf(memberBytes, loads, shapes));
  if (shapes.start.length !== loads.start.length || shapes.start.some((at, i) => at !== loads.start[i])) {
    throw new MeterFileError(
      `${COMMUNITY_FILES.shapes} and ${COMMUNITY_FILES.loads} have different instants`,
    );
  }
  const seconds = loads.start.length > 1 ? (loads.start[1] - loads.start[0]) / 1000 : 0;
  const isRegular = loads.start.every((at, i) => at === loads.start[0] + i * seconds * 1000);
  if (!isIntervalSeconds(seconds) || !isRegular || loads.start[0] % (seconds * 1000) !== 0) {
    throw new MeterFileError(
      `${COMMUNITY_FILES.loads}: instants must follow one another on a grid of 5 to 60 minutes`,
    );
  }
  return {
    source: sourceOf(loadBytes, shapeBytes, memberBytes),
    intervalSeconds: seconds,
    start: loads.start,
    homes: loads.names.map((id, i) => {
      const { shape, peak } = members[i];
      const load = loads.values[i];
      const energy = load.map((watts, t) =>
        netWh(watts, shape < 0 ? 0 : peak * shapes.values[shape][t], seconds),
      );
      return {
        id,
        pvPeakW: peak,
        peakLoadW: load.reduce((most, watts) => Math.max(most, watts), 0),
        importWh: Int32Array.from(energy, (wh) => Math.max(wh, 0)),
        exportWh: Int32Array.from(energy, (wh) => Math.max(0 - wh, 0)),
      };
    }),
  };
}

/** Whole Wh of an interval: load in W, solar power in micro-watts; positive is import. */
function netWh(loadW: number, solarMicroW: number, seconds: number): number {
  const net = loadW * MICRO - solarMicroW;
  const size = Math.floor((Math.abs(net) * seconds * 2 + 3600 * MICRO) / (7200 * MICRO));
  return net > 0 ? size : 0 - size;
}

/** A per-unit figure in millionths, rounded half up. */
function perUnit(cell: string, line: number, column: string): number {
  const match = /^(\d{1,3})(?:\.(\d{1,20}))?(?:[eE]-(\d{1,2}))?$/.exec(cell.trim());
  if (!match) throw new MeterFileError('a figure per unit of peak is wanted', line, column);
  const [, whole, fraction = '', shift = '0'] = match;
  const digits = BigInt(whole + fraction);
  const places = fraction.length + Number(shift);
  if (places <= 6) return Number(digits * 10n ** BigInt(6 - places));
  const unit = 10n ** BigInt(places - 6);
  return Number((digits * 2n + unit) / (unit * 2n));
}

/** A failure within one of the three files names it. */
function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MeterFileError)) throw error;
    throw Object.assign(new MeterFileError(`${file}: ${error.message}`), { cause: error });
  }
}

function columnsOf(bytes: Uint8Array, read: (cell: string, line: number, column: string) => number): Columns {
  let names: string[] | undefined;
  const start: number[] = [];
  const values: number[][] = [];
  eachRow(textOf(bytes), (cells, line) => {
    if (!names) {
      names = cells.slice(1).map((cell) => cell.trim());
      if (
        cells[0].trim() !== 'unix_start' ||
        !names.every(isRecordId) ||
        new Set(names).size !== names.length
      ) {
        throw new MeterFileError('a header of unix_start and distinct ids is wanted', line, 1);
      }
      for (let i = 0; i < names.length; i++) values.push([]);
      return;
    }
    if (cells.length !== names.length + 1)
      throw new MeterFileError(`${names.length + 1} cells are wanted`, line);
    start.push(scaledDecimal(cells[0], 0, line, 'unix_start') * 1000);
    for (let i = 0; i < names.length; i++) values[i].push(read(cells[i + 1], line, names[i]));
  });
  if (!names || start.length === 0) throw new MeterFileError('the file holds no figures');
  return { names, start, values };
}

function membersOf(bytes: Uint8Array, loads: Columns, shapes: Columns): { shape: number; peak: number }[] {
  const found = new Map<string, { shape: number; peak: number }>();
  let isHeader = true;
  eachRow(textOf(bytes), (cells, line) => {
    if (isHeader) {
      isHeader = false;
      if (cells.slice(0, 3).join() !== 'household,pv_profile,pv_peak_watts') {
        throw new MeterFileError('the header must begin with household,pv_profile,pv_peak_watts', line, 1);
      }
      return;
    }
    const [household, profile = '', peakCell] = cells.map((cell) => cell.trim());
    if (!loads.names.includes(household) || found.has(household)) {
      throw new MeterFileError('a household of the loads is wanted, once', line, 'household');
    }
    const peak = wholeNumber(peakCell, line, 'pv_peak_watts');
    const shape = shapes.names.indexOf(profile);
    if (peak > 0 && shape < 0) throw new MeterFileError('no such solar shape', line, 'pv_profile');
    found.set(household, { shape: peak > 0 ? shape : -1, peak });
  });
  return loads.names.map((name) => {
    const member = found.get(name);
    if (!member) throw new MeterFileError('a household of the loads has no line');
    return member;
  });
}
