/** The append-only file of blocks. It alone suffices to rebuild and to verify everything. */
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  read,
  writeSync,
} from 'node:fs';
import { LedgerCorruptError, LedgerTruncatedError } from './errors.js';
import { corruptBlock, readFrame, type StoredBlock } from './frame.js';
import type { Offsets } from './offsets.js';
import { scanBlocks } from './scan.js';
import type { Tip } from './tip.js';

/** The calls by which blocks reach the disk; tests put a full or broken disk in their place. */
export interface DiskCalls {
  write(fd: number, bytes: Buffer, offset: number, length: number, position: number): number;
  sync(fd: number): Promise<void>;
  truncate(fd: number, length: number): void;
}

/** The real disk. The write is a copy into the page cache; the sync is waited for off the main thread. */
export const DISK: DiskCalls = {
  write: writeSync,
  sync: (fd) =>
    new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
  truncate: (fd, length) => {
    ftruncateSync(fd, length);
    fdatasyncSync(fd);
  },
};

/** What opening found. */
export interface OpenedBlockFile {
  readonly file: BlockFile;
  readonly configurations: readonly Buffer[];
  /** Bytes of an unfinished append at the end. */
  readonly tornBytes: number;
  /** Cuts them off; to be done once nothing speaks against it, and before the first append. */
  cutTornTail(): void;
}

export class BlockFile {
  private broken: Error | undefined;
  private longer = false;
  private lastHash: Buffer;
  private lastCommit: Buffer;

  private constructor(
    private readonly fd: number,
    private readonly offsets: Offsets,
    last: { readonly headerHash: Buffer; readonly commitHash: Buffer },
    private readonly disk: DiskCalls,
  ) {
    this.lastHash = last.headerHash;
    this.lastCommit = last.commitHash;
  }

  /**
   * Opens and scans the file. A torn append at its very end, of a block that was not acknowledged, is left out;
   * whatever else is wrong is refused by name.
   */
  static open(
    path: string,
    tip: Tip | undefined,
    options: { readonly disk?: DiskCalls; readonly readOnly?: boolean } = {},
  ): OpenedBlockFile {
    if (!existsSync(path))
      throw new LedgerTruncatedError('the block file is missing; restore it from a backup');
    const fd = openSync(path, options.readOnly ? 'r' : 'r+');
    try {
      const scan = scanBlocks(fd, fstatSync(fd).size, tip);
      const last = { headerHash: scan.lastHeaderHash, commitHash: scan.lastCommitHash };
      const file = new BlockFile(fd, scan.offsets, last, options.disk ?? DISK);
      const { configurations, tornBytes } = scan;
      const cutTornTail = (): void => {
        if (tornBytes > 0) DISK.truncate(fd, scan.offsets.last);
      };
      return { file, configurations, tornBytes, cutTornTail };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Number of blocks. */
  get height(): number {
    return this.offsets.length - 1;
  }

  /** Bytes of all blocks. */
  get size(): number {
    return this.offsets.last;
  }

  /** Header hash of the last block. */
  get headerHash(): Buffer {
    return this.lastHash;
  }

  /** Commit hash of the last block. */
  get commitHash(): Buffer {
    return this.lastCommit;
  }

  /**
   * Appends a frame and syncs it. Where that fails the file is cut back to its last good length, so that the next
   * append starts clean; where even that fails it is tried again before the next append. After a sync that failed
   * for another reason than space nothing more is written: what the disk holds is then known only by reading it anew.
   */
  async append(frame: Buffer, headerHash: Buffer, commitHash: Buffer): Promise<void> {
    if (this.broken) throw this.broken;
    const end = this.size;
    if (this.longer) this.cutBack(end);
    let written = false;
    try {
      this.longer = true;
      for (let done = 0; done < frame.length;) {
        done += this.disk.write(this.fd, frame, done, frame.length - done, end + done);
      }
      written = true;
      await this.disk.sync(this.fd);
      this.longer = false;
    } catch (error) {
      if (written && !isOutOfSpace(error)) this.broken = error as Error;
      else this.tryToCutBack(end);
      throw error;
    }
    this.offsets.push(end + frame.length);
    this.lastHash = headerHash;
    this.lastCommit = commitHash;
  }

  /** Reads a block and checks its seal and data hash. */
  async read(number: number): Promise<StoredBlock> {
    const start = this.offsets.at(number);
    const block = readFrame(await this.readBytes(start, this.offsets.at(number + 1) - start));
    if (block?.number !== number) throw corruptBlock(number);
    return block;
  }

  /** Bytes of the file, unchecked. */
  async readBytes(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const count = await readAt(this.fd, bytes, done, position + done);
      if (count === 0) throw new LedgerCorruptError('the block file ends early');
      done += count;
    }
    return bytes;
  }

  /** Where a block's frame starts; for the height, where the file ends. */
  offsetOf(number: number): number {
    return this.offsets.at(number);
  }

  close(): void {
    closeSync(this.fd);
  }

  private cutBack(end: number): void {
    this.disk.truncate(this.fd, end);
    this.longer = false;
  }

  private tryToCutBack(end: number): void {
    try {
      this.cutBack(end);
    } catch {
      // `longer` stays set: the next append cuts back first, or is refused.
    }
  }
}

/** Whether an error says that the disk or the user's share of it is full. */
export function isOutOfSpace(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function readAt(fd: number, buffer: Buffer, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, offset, buffer.length - offset, position, (error, count) =>
      error ? reject(error) : resolve(count),
    );
  });
}
