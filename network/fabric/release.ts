/** The release of Fabric that is installed: its version, its archive for each platform, and where it is published. */
import { ArchiveError } from './errors.js';

export const RELEASE = 'v3.1.5';

/** An archive beyond these is none of Fabric's, which has about 140 MB. */
export const MOST_ARCHIVE_BYTES = 512_000_000;
export const MOST_PROGRAM_BYTES = 256_000_000;
export const MOST_UNPACKED_BYTES = 1_000_000_000;

/** Platforms that the release has programs for, as it calls them. */
const PLATFORMS = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** The platform of a machine as Node tells it. */
export function platformOf(system: string, architecture: string): Platform {
  const name = `${system}-${architecture === 'x64' ? 'amd64' : architecture}`;
  const found = PLATFORMS.find((platform) => platform === name);
  if (found === undefined) {
    throw new ArchiveError(`Fabric has no programs for ${name}: it has them for ${PLATFORMS.join(', ')}`);
  }
  return found;
}

export const archiveName = (platform: Platform): string =>
  `hyperledger-fabric-${platform}-${RELEASE.slice(1)}.tar.gz`;

export const archiveAddress = (platform: Platform): string =>
  `https://github.com/hyperledger/fabric/releases/download/${RELEASE}/${archiveName(platform)}`;

/** Bytes at the start of a program that tell its platform. */
export const HEAD_BYTES = 20;

const ELF = 0x7f454c46;
const ELF_MACHINES: Readonly<Record<number, Platform>> = { 0x3e: 'linux-amd64', 0xb7: 'linux-arm64' };
const MACH_O_64 = 0xfeedfacf;
const MACH_O_MACHINES: Readonly<Record<number, Platform>> = {
  0x01000007: 'darwin-amd64',
  0x0100000c: 'darwin-arm64',
};

/** The platform that a program was built for; undefined where its first bytes are no program's. */
export function platformOfProgram(head: Buffer): Platform | undefined {
  if (head.length < HEAD_BYTES) return undefined;
  if (head.readUInt32BE(0) === ELF) return ELF_MACHINES[head.readUInt16LE(18)];
  if (head.readUInt32LE(0) === MACH_O_64) return MACH_O_MACHINES[head.readUInt32LE(4)];
  return undefined;
}
