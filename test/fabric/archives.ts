/** Release archives for tests: of files as they are told, also such as no honest tool would write. */
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

export interface ArchiveEntry {
  readonly path: string;
  readonly content?: Uint8Array;
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory';
  readonly linkpath?: string;
  /** Size that the header tells, where it is not that of the content. */
  readonly size?: number;
}

const BLOCK = 512;

function entryBytes({
  path,
  content = Buffer.alloc(0),
  type = 'File',
  linkpath,
  size,
}: ArchiveEntry): Buffer {
  const header = new Header({
    ...{ path, type, mode: 0o777, uid: 4_242, gid: 4_242, size: size ?? content.length, mtime: new Date(0) },
    ...(linkpath === undefined ? {} : { linkpath }),
  });
  header.encode();
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return Buffer.concat([header.block as Buffer, content, padding]);
}

export const tarOf = (entries: readonly ArchiveEntry[]): Buffer =>
  Buffer.concat([...entries.map(entryBytes), Buffer.alloc(2 * BLOCK)]);

export const archiveOf = (entries: readonly ArchiveEntry[]): Buffer => gzipSync(tarOf(entries), { level: 1 });

/** The first bytes of a program for Linux; 0x3e is amd64, 0xb7 arm64. */
export function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f454c46, 0);
  head.writeUInt16LE(machine, 18);
  return head;
}
