/**
 * Puts Fabric's programs into the user's cache: from the release archive, whose SHA-256 is given or is that of the first
 * one; into place only when all three run and are of the release. Until then nothing that was there is touched.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../make-folder.js';
import { download, type DownloadOptions } from './download.js';
import { ArchiveError, DownloadError } from './errors.js';
import { write } from './keys.js';
import { isAlive } from './processes.js';
import { cacheFolder, PROGRAM_NAMES, programsIn, versionOf, type Environment } from './programs.js';
import { archiveAddress, archiveName, platformOf, RELEASE, type Platform } from './release.js';
import { unpackPrograms } from './unpack.js';

export interface InstallOptions extends DownloadOptions {
  readonly environment: Environment;
  /** Archive on disk, or its address; the release's own address where neither is given. */
  readonly from?: string;
  readonly url?: URL;
  /** SHA-256 that the archive must have, in hex; that of the first archive where it is not given. */
  readonly sha256?: string;
  /** Installs also what is installed. */
  readonly force: boolean;
}

export interface Installation {
  /** Folder of the programs. */
  readonly folder: string;
  readonly version: string;
  /** SHA-256 of the archive that they came from; undefined where they were there before. */
  readonly sha256?: string;
}

export async function installPrograms(options: InstallOptions): Promise<Installation> {
  const platform = platformOf(process.platform, process.arch);
  const cache = cacheFolder(options.environment);
  const place = join(cache, RELEASE);
  const installed = { folder: join(place, 'bin'), version: RELEASE };
  if (!options.force && (await isInstalled(installed.folder))) return installed;
  makeFolder(cache);
  removeLeftOver(cache);
  const draft = join(cache, `${DRAFT}${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    makeFolder(join(draft, RELEASE, 'bin'));
    const archive = await archiveOf(options, platform, join(draft, archiveName(platform)));
    const record = join(cache, `${archiveName(platform)}.sha256`);
    const sha256 = await sha256Of(archive);
    requireHash(sha256, options.sha256, record);
    await unpackPrograms(archive, join(draft, RELEASE, 'bin'), platform, options.signal);
    await requireRelease(join(draft, RELEASE, 'bin'));
    // As `sha256sum --check` reads it.
    write(record, `${sha256}  ${archiveName(platform)}\n`);
    putInPlace(join(draft, RELEASE), place, join(draft, 'replaced'));
    return { ...installed, sha256 };
  } finally {
    rmSync(draft, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Folders of installations under way; the programs are looked for in none that begins with a dot. */
const DRAFT = '.install-';

/** What an installation that was killed left behind. */
function removeLeftOver(cache: string): void {
  for (const name of readdirSync(cache)) {
    const pid = name.startsWith(DRAFT) ? Number.parseInt(name.slice(DRAFT.length), 10) : NaN;
    if (pid > 0 && !isAlive(pid)) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

async function isInstalled(folder: string): Promise<boolean> {
  try {
    await requireRelease(folder);
    return true;
  } catch {
    return false;
  }
}

/** Each program runs, and tells the version of the release. */
async function requireRelease(folder: string): Promise<void> {
  const paths = programsIn(folder);
  for (const name of PROGRAM_NAMES) {
    const version = await versionOf(paths, name).catch((cause: unknown) => {
      throw new ArchiveError(`${name} of the archive does not run on this machine`, { cause });
    });
    if (version !== RELEASE) {
      throw new ArchiveError(`the archive has ${name} ${version}; ${RELEASE} is wanted`);
    }
  }
}

/** The archive on disk: the one that is named, or a new one at `target`. */
async function archiveOf(options: InstallOptions, platform: Platform, target: string): Promise<string> {
  const { from } = options;
  if (from !== undefined) {
    if (statSync(from, { throwIfNoEntry: false })?.isFile()) return from;
    throw new DownloadError(`there is no file ${from}`);
  }
  await download(options.url ?? new URL(archiveAddress(platform)), target, options);
  return target;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function requireHash(sha256: string, given: string | undefined, record: string): void {
  if (given !== undefined) {
    if (given.toLowerCase() === sha256) return;
    throw new ArchiveError(`the archive has the SHA-256 ${sha256}, not the one of --sha256`);
  }
  const first = existsSync(record) ? readFileSync(record, 'utf8').slice(0, sha256.length) : sha256;
  if (first === sha256) return;
  throw new ArchiveError(
    `the archive has the SHA-256 ${sha256}, the first one had ${first} (${record}); ` +
      'where the new one is right, confirm it with --sha256',
  );
}

/** Swaps folders by renaming: whoever looks finds the old one whole, or the new one. */
function putInPlace(draft: string, place: string, replaced: string): void {
  const isReplacing = existsSync(place);
  if (isReplacing) renameSync(place, replaced);
  try {
    renameSync(draft, place);
  } catch (error) {
    if (isReplacing) renameSync(replaced, place);
    throw error;
  }
}
