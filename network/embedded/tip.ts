/**
 * The witness of what was acknowledged: height and header hash of the last block, rewritten after each sync of the
 * block file and before anybody hears of the block. It is not synced, so a power cut may leave an older one; it never
 * names a block that was not durable. Without it a block file that lost its end would look like an unfinished append.
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { sha256 } from '../x509/der.js';
import { writeFileDurably } from './durable.js';
import { ByteReader, ByteWriter } from './wire.js';

export interface Tip {
  /** Number of blocks that were durable. */
  readonly height: number;
  /** Header hash of the last of them. */
  readonly headerHash: Buffer;
}

/** `GTIP` */
const MAGIC = 0x47544950;
const FORMAT = 1;
const BODY_BYTES = 48;
const TIP_BYTES = 64;

export function encodeTip(tip: Tip): Buffer {
  const body = new ByteWriter(TIP_BYTES).u32(MAGIC).u32(FORMAT).u64(tip.height).raw(tip.headerHash);
  return body.raw(sha256(body.view()).subarray(0, TIP_BYTES - BODY_BYTES)).take();
}

/** Reads the witness; undefined where there is none, `damaged` where it is not of its form. */
export function readTip(path: string): Tip | 'damaged' | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const check = sha256(bytes.subarray(0, BODY_BYTES)).subarray(0, TIP_BYTES - BODY_BYTES);
  if (bytes.length !== TIP_BYTES || !check.equals(bytes.subarray(BODY_BYTES))) return 'damaged';
  const r = new ByteReader(bytes);
  if (r.u32() !== MAGIC || r.u32() !== FORMAT) return 'damaged';
  return { height: r.u64(), headerHash: r.raw(32) };
}

/** Keeps the witness current. */
export class TipWriter {
  private readonly fd: number;

  constructor(path: string, tip: Tip) {
    writeFileDurably(path, encodeTip(tip), 0o600);
    this.fd = openSync(path, 'r+');
  }

  /** One short write in place: a process that is killed leaves the old or the new. */
  write(tip: Tip): void {
    writeSync(this.fd, encodeTip(tip), 0, TIP_BYTES, 0);
  }

  close(): void {
    closeSync(this.fd);
  }
}
