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
import { InstantReader } from './instants.js';
import { eachRow, type Row } from './row.js';
import { sourceOf, textOf } from './table-text.js';

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
/** Most that a home or a plant has, in W: what is worked out with it stays among the safe integers. */
const MOST_WATTS = 100_000_000;

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
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        throw Object.assign(new MeterFileError(`${name} is missing from the community's folder ${folder}`), {
          cause: error,
        });
      }),
    ),
  );
  const loads = named(COMMUNITY_FILES.loads, () => columnsOf(loadBytes, watts));
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
    homes: loads.names.map((id, i) => homeOf(id, loads.values[i], members[i], shapes, seconds)),
  };
}

function homeOf(
  id: string,
  load: readonly number[],
  { shape, peak }: Plant,
  shapes: Columns,
  seconds: number,
): CommunityData['homes'][number] {
  const importWh = new Int32Array(load.length);
  const exportWh = new Int32Array(load.length);
  let peakLoadW = 0;
  for (let t = 0; t < load.length; t++) {
    const solarMicroW = shape < 0 ? 0 : peak * shapes.values[shape][t];
    const wh = netWh(load[t], solarMicroW, seconds);
    if (wh > 0) importWh[t] = wh;
    else exportWh[t] = 0 - wh;
    peakLoadW = Math.max(peakLoadW, load[t]);
  }
  return { id, pvPeakW: peak, peakLoadW, importWh, exportWh };
}

/** Whole Wh of an interval: load in W, solar power in micro-watts; positive is import. */
function netWh(loadW: number, solarMicroW: number, seconds: number): number {
  const net = loadW * MICRO - solarMicroW;
  // Whole numbers throughout: an hour has a whole number of intervals.
  const perWh = MICRO * (3600 / seconds);
  const raised = Math.abs(net) + perWh / 2;
  const size = (raised - (raised % perWh)) / perWh;
  return net > 0 ? size : 0 - size;
}

/** A load or a plant's peak in W. */
function watts(row: Row, i: number, column: string): number {
  const value = row.whole(i, column);
  if (value > MOST_WATTS) row.refuse(`more than ${MOST_WATTS} W`, column);
  return value;
}

/** A figure per unit of peak in millionths, rounded half up. */
function perUnit(row: Row, i: number, column: string): number {
  const match = /^(\d)(?:\.(\d{1,20}))?(?:[eE]-(\d{1,2}))?$/.exec(row.text(i));
  if (!match) return row.refuse('a figure per unit of peak is wanted', column);
  const [, whole, fraction = '', shift = '0'] = match;
  // The digits behind the point, then one more to round by.
  const digits = `${'0'.repeat(Number(shift))}${whole}${fraction}`;
  const wholeDigits = digits.slice(0, 1);
  const decimals = digits.slice(1, 8).padEnd(7, '0');
  const tenths = Number(wholeDigits + decimals);
  return (tenths - (tenths % 10)) / 10 + (tenths % 10 >= 5 ? 1 : 0);
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

function columnsOf(bytes: Uint8Array, read: (row: Row, i: number, column: string) => number): Columns {
  const instants = new InstantReader();
  let names: string[] | undefined;
  const start: number[] = [];
  const values: number[][] = [];
  eachRow(textOf(bytes), (row) => {
    if (!names) {
      names = Array.from({ length: row.count - 1 }, (_, i) => row.text(i + 1));
      const isDistinct = new Set(names).size === names.length;
      if (!row.is(0, 'unix_start') || !names.every(isRecordId) || !isDistinct) {
        row.refuse('a header of unix_start and distinct ids is wanted', 1);
      }
      values.push(...names.map(() => []));
      return;
    }
    if (row.count !== names.length + 1) row.refuse(`${names.length + 1} cells are wanted`);
    start.push(instants.read(row, 0, 'unix_start'));
    for (let i = 0; i < names.length; i++) values[i].push(read(row, i + 1, names[i]));
  });
  if (!names || start.length === 0) throw new MeterFileError('the file holds no figures');
  return { names, start, values };
}

/** A home's solar plant. */
interface Plant {
  /** Which shape it follows; −1 where the home has none. */
  readonly shape: number;
  /** In W. */
  readonly peak: number;
}

const MEMBER_HEADER = ['household', 'pv_profile', 'pv_peak_watts'] as const;

function membersOf(bytes: Uint8Array, loads: Columns, shapes: Columns): Plant[] {
  const found = new Map<string, Plant>();
  let isHeader = true;
  eachRow(textOf(bytes), (row) => {
    if (isHeader) {
      isHeader = false;
      if (!MEMBER_HEADER.every((name, i) => row.is(i, name))) {
        row.refuse(`the header must begin with ${MEMBER_HEADER.join(',')}`, 1);
      }
      return;
    }
    const household = row.text(0);
    if (!loads.names.includes(household) || found.has(household)) {
      row.refuse('a household of the loads is wanted, once', 'household');
    }
    const peak = watts(row, 2, 'pv_peak_watts');
    const shape = shapes.names.indexOf(row.text(1));
    if (peak > 0 && shape < 0) row.refuse('no such solar shape', 'pv_profile');
    found.set(household, { shape: peak > 0 ? shape : -1, peak });
  });
  return loads.names.map((name) => {
    const member = found.get(name);
    if (!member) throw new MeterFileError('a household of the loads has no line');
    return member;
  });
}
