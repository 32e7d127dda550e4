/** Finds Fabric's own programs: in `$FABRIC_BIN` and nowhere else, or without it on `PATH` or in the user's cache. */
import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ProgramsError, UnsupportedProgramsError } from './errors.js';

export const PROGRAM_NAMES = ['peer', 'orderer', 'configtxgen'] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** The versions whose time-window check and capability V3_0 Gridbook relies on. */
const SUPPORTED = /^v?3\.1\./;

export interface Programs {
  readonly version: string;
  /** Path of each program. */
  readonly paths: Readonly<Record<ProgramName, string>>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Folder of the user's cache under which each version has its `bin`. */
export const cacheFolder = (env: Environment = process.env): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gridbook', 'fabric');

/** Finds all three in one place, and asks them for their version. */
export async function findPrograms(env: Environment = process.env): Promise<Programs> {
  const folder = places(env).find((place) => PROGRAM_NAMES.every((name) => isProgram(join(place, name))));
  if (folder === undefined) {
    if (env.FABRIC_BIN)
      throw new ProgramsError(
        `FABRIC_BIN names ${env.FABRIC_BIN}, where peer, orderer and configtxgen are not`,
      );
    throw new ProgramsError(
      `Fabric's peer, orderer and configtxgen are neither in $FABRIC_BIN, nor on PATH, nor in ${cacheFolder(env)}; ` +
        '`gridbook network install` puts them there.',
    );
  }
  const paths = programsIn(folder);
  const version = await versionOf(paths, 'peer');
  if (!SUPPORTED.test(version)) {
    throw new UnsupportedProgramsError(`Fabric ${version} in ${folder} is not supported: v3.1 is wanted.`);
  }
  return { version, paths };
}

/** Where the programs lie in a folder that has them. */
export const programsIn = (folder: string): Programs['paths'] =>
  Object.fromEntries(PROGRAM_NAMES.map((name) => [name, join(folder, name)])) as Programs['paths'];

function places(env: Environment): string[] {
  // Who names a folder wants no others.
  if (env.FABRIC_BIN) return [env.FABRIC_BIN];
  const cache = cacheFolder(env);
  return [
    ...(env.PATH ?? '').split(delimiter).filter((place) => place !== ''),
    ...versionsIn(cache).map((version) => join(cache, version, 'bin')),
  ];
}

/** Versions in the cache, the newest first. What begins with a dot is still being unpacked. */
function versionsIn(cache: string): string[] {
  try {
    return readdirSync(cache)
      .filter((name) => !name.startsWith('.'))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Version that a program tells of itself. */
export async function versionOf(paths: Programs['paths'], name: ProgramName): Promise<string> {
  const path = paths[name];
  try {
    const argument = name === 'configtxgen' ? '-version' : 'version';
    const { stdout } = await promisify(execFile)(path, [argument], { timeout: 10_000 });
    return /^ Version: (\S+)/m.exec(stdout)?.[1] ?? 'of no version';
  } catch (error) {
    throw new ProgramsError(`${path} does not run: ${(error as Error).message.split('\n')[0]}`);
  }
}
