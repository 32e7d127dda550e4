/** The bytes of the ledger's files: big-endian numbers, length-prefixed fields. */
import { LedgerFormatError } from './errors.js';

/** Writes fields into one buffer that grows and is used again, so that a block is copied once and written whole. */
export class ByteWriter {
  private buffer: Buffer;
  length = 0;

  constructor(capacity = 1024) {
    this.buffer = Buffer.allocUnsafeSlow(capacity);
  }

  /** Forgets what was written; a buffer that one large block has grown is given back. */
  reset(keepBytes = Infinity): void {
    this.length = 0;
    if (this.buffer.length > keepBytes) this.buffer = Buffer.allocUnsafeSlow(keepBytes);
  }

  /** The bytes written, as a view that the next write may change. */
  view(from = 0): Buffer {
    return this.buffer.subarray(from, this.length);
  }

  /** The bytes written, as a copy. */
  take(): Buffer {
    return Buffer.from(this.view());
  }

  u8(value: number): this {
    const at = this.reserve(1);
    this.buffer[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.reserve(2);
    this.buffer.writeUInt16BE(value, at);
    return this;
  }

  u32(value: number): this {
    const at = this.reserve(4);
    this.buffer.writeUInt32BE(value, at);
    return this;
  }

  /** A safe integer ≥ 0 in eight bytes. */
  u64(value: number): this {
    const at = this.reserve(8);
    this.buffer.writeUInt32BE(Math.floor(value / 2 ** 32), at);
    this.buffer.writeUInt32BE(value % 2 ** 32, at + 4);
    return this;
  }

  /** Bytes without a length. */
  raw(bytes: Uint8Array): this {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
    return this;
  }

  /** Bytes after their length in four bytes. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  /** UTF-8 text after its length in two bytes. */
  text(value: string): this {
    const at = this.reserve(2 + value.length * 3);
    const length = this.buffer.write(value, at + 2, 'utf8');
    if (length > 0xffff) throw new RangeError('a text of the ledger file is longer than 65,535 bytes');
    this.buffer.writeUInt16BE(length, at);
    this.length = at + 2 + length;
    return this;
  }

  /** Puts a four-byte number where room was left for it. */
  patchU32(at: number, value: number): void {
    this.buffer.writeUInt32BE(value, at);
  }

  private reserve(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    this.length = needed;
    return at;
  }
}

/** Reads fields and refuses what does not fit; what it gives are views of the bytes, not copies. */
export class ByteReader {
  constructor(
    readonly buffer: Buffer,
    public offset = 0,
    readonly end: number = buffer.length,
  ) {}

  get remaining(): number {
    return this.end - this.offset;
  }

  u8(): number {
    return this.buffer[this.advance(1)];
  }

  u16(): number {
    return this.buffer.readUInt16BE(this.advance(2));
  }

  u32(): number {
    return this.buffer.readUInt32BE(this.advance(4));
  }

  u64(): number {
    const at = this.advance(8);
    const value = this.buffer.readUInt32BE(at) * 2 ** 32 + this.buffer.readUInt32BE(at + 4);
    if (!Number.isSafeInteger(value))
      throw new LedgerFormatError('a number of the ledger file is out of range');
    return value;
  }

  raw(length: number): Buffer {
    const at = this.advance(length);
    return this.buffer.subarray(at, at + length);
  }

  bytes(): Buffer {
    return this.raw(this.u32());
  }

  text(): string {
    const length = this.u16();
    const at = this.advance(length);
    return this.buffer.toString('utf8', at, at + length);
  }

  /** Refuses bytes that nobody reads. */
  finish(): void {
    if (this.offset !== this.end)
      throw new LedgerFormatError('a record of the ledger file has bytes after its end');
  }

  private advance(count: number): number {
    const at = this.offset;
    if (at + count > this.end) throw new LedgerFormatError('a record of the ledger file ends too early');
    this.offset = at + count;
    return at;
  }
}
