/**
 * A community that never was: homes with load shapes of their own, solar power from the sun's position, a clear-sky
 * model and passing clouds. The same seed gives the same bytes. Written in the form that `readCommunity` reads.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../network/make-folder.js';
import { COMMUNITY_FILES } from '../metering/community.js';

export interface GeneratorOptions {
  readonly seed: number;
  /** Start of the first interval, in ms since 1970. */
  readonly from: number;
  readonly intervals: number;
  readonly intervalSeconds: number;
  readonly homes: number;
  /** Degrees; south and west are negative. */
  readonly latitude: number;
  readonly longitude: number;
  /** Local time = UTC + offset, for the habits of the homes. */
  readonly offsetSeconds: number;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const RADIANS = Math.PI / 180;
const DAY_MS = 86_400_000;

/** Sine of the sun's height above the horizon (a standard approximation, good to about a degree). */
function sineOfElevation(at: number, latitude: number, longitude: number): number {
  const days = (at - Date.UTC(2000, 0, 1, 12)) / DAY_MS;
  const anomaly = (357.529 + 0.98560028 * days) * RADIANS;
  const mean = 280.459 + 0.98564736 * days;
  const ecliptic = (mean + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIANS;
  const tilt = 23.439 * RADIANS;
  const declination = Math.asin(Math.sin(tilt) * Math.sin(ecliptic));
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(ecliptic), Math.cos(ecliptic));
  const sidereal = (280.46061837 + 360.98564736629 * days + longitude) * RADIANS;
  const hourAngle = sidereal - ascension;
  return (
    Math.sin(latitude * RADIANS) * Math.sin(declination) +
    Math.cos(latitude * RADIANS) * Math.cos(declination) * Math.cos(hourAngle)
  );
}

/** Global clear-sky irradiance of Haurwitz, per unit of 1,000 W/m². */
const clearSky = (sine: number): number => (sine <= 0 ? 0 : 1.098 * sine * Math.exp(-0.057 / sine));

/** Share of clear-sky power that clouds let through: a slow drift with short dips. */
function clouds(random: () => number, intervals: number): number[] {
  let drift = 0.85;
  return Array.from({ length: intervals }, () => {
    drift = Math.min(1, Math.max(0.45, drift + (random() - 0.5) * 0.12));
    return random() < 0.12 ? drift * (0.35 + 0.4 * random()) : drift;
  });
}

interface Home {
  readonly baseW: number;
  readonly morningW: number;
  readonly morningHour: number;
  readonly eveningW: number;
  readonly eveningHour: number;
  /** More by day, where somebody is at home. */
  readonly atHomeW: number;
  /** What washes, cooks or heats water at the moment, and until when in ms since 1970. */
  appliance: { readonly watts: number; readonly until: number };
}

const homeFrom = (random: () => number): Home => ({
  baseW: 190 + 150 * random(),
  morningW: 300 + 700 * random(),
  morningHour: 6.3 + 1.6 * random(),
  eveningW: 600 + 1_000 * random(),
  eveningHour: 17.8 + 2.2 * random(),
  atHomeW: random() < 0.45 ? 250 + 500 * random() : 0,
  appliance: { watts: 0, until: -Infinity },
});

/** Times an hour that a home switches an appliance on, while people are up and while they sleep. */
const SWITCHED_ON = { awake: 0.22, asleep: 0.02 } as const;
/** Highest average load of an interval, in W: what a home's main fuse and habits allow. */
const MOST_LOAD_W = 5_000;

const bell = (hour: number, centre: number, width: number): number =>
  Math.exp(-(((hour - centre) / width) ** 2));

/** Average load of a home in W over the interval that begins at `at`, when its clocks show `hour`. */
function loadOf(home: Home, at: number, hour: number, intervalSeconds: number, random: () => number): number {
  const rhythm =
    home.baseW +
    home.morningW * bell(hour, home.morningHour, 1.1) +
    home.eveningW * bell(hour, home.eveningHour, 2.1) +
    home.atHomeW * bell(hour, 13, 3.5);
  const isAwake = hour > 6.5 && hour < 22.5;
  const chance = ((isAwake ? SWITCHED_ON.awake : SWITCHED_ON.asleep) * intervalSeconds) / 3600;
  // Both numbers are drawn each time, so that one home's luck does not shift another's.
  const [luck, kind] = [random(), random()];
  if (at >= home.appliance.until && luck < chance) {
    const minutes = 15 + 75 * kind;
    home.appliance = { watts: 600 + 1_700 * (luck / chance), until: at + minutes * 60_000 };
  }
  const appliance = at < home.appliance.until ? home.appliance.watts : 0;
  return Math.min(MOST_LOAD_W, Math.round(rhythm * (0.8 + 0.4 * random()) + appliance));
}

/** Peaks of the homes' solar plants in W; 0 for those without. */
const PLANTS = [6_000, 0, 4_800, 0, 3_300, 5_600, 0, 5_000, 0, 5_300, 0, 2_400, 0, 4_200, 0, 3_600] as const;

/** The three files of a community, by name. */
export function generateCommunity(o: GeneratorOptions): Record<string, string> {
  const random = randomFrom(o.seed);
  const starts = Array.from({ length: o.intervals }, (_, i) => o.from + i * o.intervalSeconds * 1000);
  const ids = Array.from({ length: o.homes }, (_, i) => `home-${String(i + 1).padStart(2, '0')}`);
  const shapes = [0, 1].map(() => {
    const sky = clouds(random, o.intervals);
    return starts.map((at, i) => {
      const middle = at + o.intervalSeconds * 500;
      return Math.min(1, 0.88 * clearSky(sineOfElevation(middle, o.latitude, o.longitude)) * sky[i]);
    });
  });
  const homes = ids.map(() => homeFrom(random));
  const loads = starts.map((at) => {
    const hour = ((((at + o.offsetSeconds * 1000) % DAY_MS) + DAY_MS) % DAY_MS) / 3_600_000;
    return homes.map((home) => loadOf(home, at, hour, o.intervalSeconds, random));
  });
  const row = (cells: readonly (string | number)[]): string => `${cells.join(',')}\n`;
  return {
    [COMMUNITY_FILES.loads]:
      row(['unix_start', ...ids]) + starts.map((at, i) => row([at / 1000, ...loads[i]])).join(''),
    [COMMUNITY_FILES.shapes]:
      row(['unix_start', 'roof_north', 'roof_west']) +
      starts.map((at, i) => row([at / 1000, ...shapes.map((shape) => shape[i].toFixed(6))])).join(''),
    [COMMUNITY_FILES.members]:
      row(['household', 'pv_profile', 'pv_peak_watts', 'note']) +
      ids
        .map((id, i) => {
          const peak = PLANTS[i % PLANTS.length];
          return row([id, peak === 0 ? '' : i % 3 === 0 ? 'roof_west' : 'roof_north', peak, '']);
        })
        .join(''),
  };
}

/** Writes a generated community into a folder. */
export async function writeCommunity(folder: string, options: GeneratorOptions): Promise<void> {
  makeFolder(folder);
  for (const [name, content] of Object.entries(generateCommunity(options)))
    await writeFile(join(folder, name), content);
}
