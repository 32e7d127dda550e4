/**
 * Opening a block file: every frame's head, link and seal, the configuration, and the whole of the last blocks. What
 * is not a valid frame is an unfinished append at the very end, or it is refused.
 */
import { readSync } from 'node:fs';
import { headerHash } from '../x509/der.js';
import { LedgerCorruptError, LedgerTruncatedError } from './errors.js';
import {
  corruptBlock,
  HEAD_BYTES,
  predictedHead,
  PREDICTED_BYTES,
  readFrame,
  readHead,
  readMetadata,
  SEAL_BYTES,
} from './frame.js';
import { Offsets } from './offsets.js';
import type { Tip } from './tip.js';

export interface Scan {
  /** Where each block starts; one more for the end. */
  readonly offsets: Offsets;
  readonly lastHeaderHash: Buffer;
  readonly lastCommitHash: Buffer;
  /** The configuration envelopes of each block that has any. */
  readonly configurations: readonly Buffer[];
  /** Bytes of an unfinished append after the last block. */
  readonly tornBytes: number;
}

/** How much of the file's end is read whole; what lies before is read whole by `verifyFiles`. */
const WHOLE_BYTES = 64 * 1024 * 1024;
const WINDOW_BYTES = 256 * 1024;
const SECTOR = 512;
/** Shortest run of zeros that counts as a hole: hashes and text have none. */
const HOLE_BYTES = 16;

export function scanBlocks(fd: number, size: number, tip: Tip | undefined): Scan {
  const window = new Window(fd, size);
  const offsets = new Offsets();
  const configurations: Buffer[] = [];
  let previous: Buffer = Buffer.alloc(0);
  let commitHash: Buffer = Buffer.alloc(0);
  let at = 0;
  for (let number = 0; at < size; number++) {
    const headBytes = window.read(at, Math.min(HEAD_BYTES, size - at));
    const head = readHead(headBytes);
    const whole = head !== undefined && at + head.size <= size;
    const metadata =
      whole &&
      readMetadata(headBytes, window.read(at + HEAD_BYTES + head.dataBytes, head.metadataBytes + SEAL_BYTES));
    const sound =
      metadata &&
      (at + head.size <= size - WHOLE_BYTES || readFrame(window.read(at, head.size)) !== undefined);
    if (!sound) {
      // Block 0 was put in place whole, by renaming its file; and no append is as long as this.
      if (number === 0 || size - at > WHOLE_BYTES) throw corruptBlock(number);
      if (isUnfinished(window.read(at, size - at), at, head?.size, predictedHead(number, previous))) break;
      throw corruptBlock(number);
    }
    if (head.number !== number || !previous.equals(head.previousHash)) throw corruptBlock(number);
    if (metadata.configurationBytes > head.dataBytes) throw corruptBlock(number);
    if (metadata.configurationBytes > 0) {
      configurations.push(Buffer.from(window.read(at + HEAD_BYTES, metadata.configurationBytes)));
    }
    previous = headerHash(number, previous, head.dataHash);
    commitHash = Buffer.from(metadata.commitHash);
    if (tip?.height === number + 1 && !tip.headerHash.equals(previous)) {
      throw new LedgerCorruptError('the block file is not the one whose last block was acknowledged', {
        block: number,
      });
    }
    offsets.push(at);
    at += head.size;
  }
  const height = offsets.length;
  if (height === 0) throw new LedgerTruncatedError('the block file is empty');
  if (tip && tip.height > height) {
    throw new LedgerTruncatedError(
      `the block file ends after ${height} blocks, but ${tip.height} had been acknowledged; restore it from a backup`,
    );
  }
  offsets.push(at);
  return {
    offsets,
    lastHeaderHash: previous,
    lastCommitHash: commitHash,
    configurations,
    tornBytes: size - at,
  };
}

/**
 * Whether the bytes from the end of the last sound block to the end of the file are what a crash leaves of an
 * append: they end early, or a power cut kept whole sectors of them from the disk. Anything else was changed later.
 */
export function isUnfinished(
  rest: Buffer,
  at: number,
  frameSize: number | undefined,
  predicted: Buffer,
): boolean {
  if (isZero(rest)) return true;
  if (frameSize !== undefined)
    return frameSize > rest.length || (frameSize === rest.length && hasHole(rest, at));
  if (rest.length >= HEAD_BYTES) return hasHole(rest.subarray(0, HEAD_BYTES), at);
  const known = Math.min(rest.length, PREDICTED_BYTES);
  let same = 0;
  while (same < known && rest[same] === predicted[same]) same++;
  return same === known || isZero(rest.subarray(same));
}

/** Whether a sector, or the frame's part of one, holds nothing but zeros. */
function hasHole(frame: Buffer, at: number): boolean {
  for (let start = 0; start < frame.length;) {
    const end = Math.min(frame.length, start + SECTOR - ((at + start) % SECTOR));
    if (end - start >= HOLE_BYTES && isZero(frame.subarray(start, end))) return true;
    start = end;
  }
  return false;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Reads a file through one window, so that small blocks cost no call each. */
class Window {
  private buffer = Buffer.alloc(0);
  private start = 0;

  constructor(
    private readonly fd: number,
    private readonly size: number,
  ) {}

  /** A view that the next call may change only in what it points to: a new window is a new buffer. */
  read(at: number, length: number): Buffer {
    if (at < this.start || at + length > this.start + this.buffer.length) {
      const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.size - at);
      if (wanted < length) throw new LedgerCorruptError('the block file ends early');
      this.buffer = Buffer.allocUnsafeSlow(wanted);
      this.start = at;
      readFully(this.fd, this.buffer, at);
    }
    return this.buffer.subarray(at - this.start, at - this.start + length);
  }
}

function readFully(fd: number, buffer: Buffer, position: number): void {
  for (let done = 0; done < buffer.length;) {
    const count = readSync(fd, buffer, done, buffer.length - done, position + done);
    if (count === 0) throw new LedgerCorruptError('the block file ends early');
    done += count;
  }
}
