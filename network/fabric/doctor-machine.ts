/** What the doctor looks at on the machine: Node, Fabric's programs, and the disk. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Finding } from './doctor-finding.js';
import { ProgramsError } from './errors.js';
import { findPrograms, PROGRAM_NAMES, versionOf, type Environment } from './programs.js';

/** `version` as Node tells its own; `least` as `20.19`. */
export function nodeFinding(version: string, least: string): Finding {
  const [wanted, given] = [least, version.replace(/^v/, '')].map((text) => text.split('.').map(Number));
  const differing = wanted.findIndex((part, i) => part !== given[i]);
  if (differing < 0 || given[differing] > wanted[differing]) {
    return { check: 'Node', verdict: 'ok', sentence: `Node ${version} is recent enough.` };
  }
  return {
    ...{ check: 'Node', verdict: 'problem' },
    sentence: `Node ${version} is too old: install ${least} or newer.`,
  };
}

/** `made` is the version that the network was made with, where there is a network. */
export async function programsFinding(environment: Environment, made?: string): Promise<Finding> {
  const check = 'Programs';
  try {
    const { paths, version } = await findPrograms(environment);
    const versions = await Promise.all(PROGRAM_NAMES.map((name) => versionOf(paths, name)));
    const other = versions.findIndex((each) => each !== version);
    if (other >= 0) {
      return {
        ...{ check, verdict: 'problem' },
        sentence: `${paths.peer} is ${version}, but ${PROGRAM_NAMES[other]} beside it ${versions[other]}: take all of one release, as \`gridbook network install\` does.`,
      };
    }
    if (made !== undefined && made !== version) {
      return {
        ...{ check, verdict: 'problem' },
        sentence: `The network was made with Fabric ${made}, ${paths.peer} is ${version}: name the folder of ${made} in $FABRIC_BIN.`,
      };
    }
    return { check, verdict: 'ok', sentence: `Fabric ${version}: ${paths.peer}.` };
  } catch (error) {
    if (!(error instanceof ProgramsError)) throw error;
    return { check, verdict: 'problem', sentence: `${error.message.replace(/\.$/, '')}.` };
  }
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

const GB = 1e9;
/** With less, a peer that is writing a block may find no room for it. */
const LEAST_BYTES = GB;
const LEAST_SHARE = 0.05;

/** Space of the disk that a folder lies on, or will lie on. */
export async function spaceOf(folder: string): Promise<Space> {
  let place = folder;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  const { bavail, blocks, bsize } = await statfs(place);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

export function diskFinding({ freeBytes, totalBytes }: Space): Finding {
  const free = `${(freeBytes / GB).toFixed(1)} GB of ${(totalBytes / GB).toFixed(1)} GB are free`;
  const check = 'Disk';
  if (freeBytes < LEAST_BYTES) {
    return { check, verdict: 'problem', sentence: `Only ${free}: make room before a block finds none.` };
  }
  if (freeBytes < totalBytes * LEAST_SHARE) {
    return { check, verdict: 'warning', sentence: `Only ${free}: make room soon.` };
  }
  return { check, verdict: 'ok', sentence: `${free}.` };
}
