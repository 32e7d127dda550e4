/**
 * A protobuf message as peers read it, whoever wrote it: the last value of a field counts, a message that stands in
 * several pieces is put together, and a value of another wire type is not the field's.
 */

const VARINT = 0;
const EIGHT_BYTES = 1;
const BYTES = 2;
const GROUP = 3;
const GROUP_END = 4;
const FOUR_BYTES = 5;
const NOTHING = new Uint8Array(0);

export class WireMessage {
  private readonly byteFields = new Map<number, Uint8Array[]>();
  private readonly numbers = new Map<number, bigint>();

  /** Throws where the bytes are no message. */
  constructor(bytes: Uint8Array) {
    const reader = new Reader(bytes);
    // Nothing here has groups: what stands in one is passed over.
    let groups = 0;
    while (reader.hasMore) {
      const tag = Number(reader.varint());
      const type = tag % 8;
      const field = groups > 0 ? -1 : Math.floor(tag / 8);
      if (type === VARINT) this.numbers.set(field, reader.varint());
      else if (type === BYTES) this.add(field, reader.take(Number(reader.varint())));
      else if (type === GROUP) groups++;
      else if (type === GROUP_END) groups--;
      else reader.take(sizeOf(type));
    }
  }

  private add(field: number, value: Uint8Array): void {
    const values = this.byteFields.get(field);
    if (values) values.push(value);
    else this.byteFields.set(field, [value]);
  }

  /** Values of a field that may stand more than once. */
  all(field: number): readonly Uint8Array[] {
    return this.byteFields.get(field) ?? [];
  }

  bytes(field: number): Uint8Array {
    return this.all(field).at(-1) ?? NOTHING;
  }

  text(field: number): string {
    return Buffer.from(this.bytes(field)).toString();
  }

  /** Empty where it is absent. */
  message(field: number): WireMessage {
    const pieces = this.all(field);
    return new WireMessage(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
  }

  /** A signed number of that many bits. */
  number(field: number, bits: 32 | 64): number {
    return Number(BigInt.asIntN(bits, this.numbers.get(field) ?? 0n));
  }
}

function sizeOf(type: number): number {
  if (type === EIGHT_BYTES) return 8;
  if (type === FOUR_BYTES) return 4;
  throw new Error('a message has a field of no known form');
}

class Reader {
  private at = 0;

  constructor(private readonly source: Uint8Array) {}

  get hasMore(): boolean {
    return this.at < this.source.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte] = this.take(1);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error('a message has a number that does not end');
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.source.length) throw new Error('a message ends too early');
    const taken = this.source.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}
