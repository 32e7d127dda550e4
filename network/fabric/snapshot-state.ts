/** The state in a snapshot, as Fabric's peers write it down. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import jspb from 'google-protobuf';
import { NetworkError } from './errors.js';
import { placeOf, type KeyVersion } from './write-sets.js';

export interface StateEntry {
  readonly place: string;
  readonly value: Uint8Array;
  readonly version: KeyVersion;
  /** Whether more is kept of the key, such as who alone must endorse it. */
  readonly hasMore: boolean;
}

/** Public keys, then hashes of private ones: a file of entries each, and how many of them are of which chaincode. */
const FILES = ['public_state', 'private_state_hashes'];
/** Fabric's format of these files. */
const FORMAT = 1;
/** Between a chaincode's name and its collection's. */
const HASHED = '$$h';
const PIECE_BYTES = 1 << 20;

export function* stateIn(folder: string): Generator<StateEntry, void, undefined> {
  for (const file of FILES) {
    const [counts, data] = [join(folder, `${file}.metadata`), join(folder, `${file}.data`)];
    if (!existsSync(counts) && !existsSync(data)) continue;
    const reader = new Reader(data);
    try {
      for (const [namespace, count] of countsIn(counts)) {
        const [chaincode, collection = ''] = namespace.split(HASHED);
        for (let i = 0; i < count; i++) yield entryIn(reader.bytes(), chaincode, collection);
      }
      reader.requireEnd();
    } finally {
      reader.close();
    }
  }
}

function countsIn(path: string): [namespace: string, count: number][] {
  const reader = new Reader(path);
  try {
    return Array.from({ length: reader.number() }, () => [reader.bytes().toString(), reader.number()]);
  } finally {
    reader.close();
  }
}

/** A key, its value, what more is kept of it, and the place of the transaction that wrote it. */
function entryIn(bytes: Uint8Array, chaincode: string, collection: string): StateEntry {
  const fields = new Map<number, Uint8Array>();
  const record = new jspb.BinaryReader(bytes);
  while (record.nextField()) fields.set(record.getFieldNumber(), record.readBytes());
  const [key, value, more, version] = [1, 2, 3, 4].map((field) => fields.get(field) ?? new Uint8Array(0));
  const place = placeOf(chaincode, collection, key);
  return { place, value, version: versionIn(version), hasMore: more.length > 0 };
}

/** Block and index, each as the count of its bytes and those. */
function versionIn(bytes: Uint8Array): KeyVersion {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes[at])
    numbers.push(bytes.subarray(at + 1, at + 1 + bytes[at]).reduce((sum, byte) => sum * 256 + byte, 0));
  return { block: numbers[0], index: numbers[1] };
}

/** Reads a file in pieces: a state may be larger than memory. */
class Reader {
  private readonly fd: number;
  private piece = Buffer.alloc(0);
  private at = 0;

  constructor(private readonly path: string) {
    this.fd = openSync(path, 'r');
    if (this.take(1)[0] !== FORMAT) throw this.damaged();
  }

  /** Base 128, the low digits first. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const [byte] = this.take(1);
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw this.damaged();
      if (byte < 0x80) return value;
    }
  }

  /** Bytes, their count before them. */
  bytes(): Buffer {
    return this.take(this.number());
  }

  requireEnd(): void {
    if (this.at < this.piece.length || this.more(1)) throw this.damaged();
  }

  close(): void {
    closeSync(this.fd);
  }

  private take(count: number): Buffer {
    while (this.piece.length - this.at < count) {
      if (!this.more(Math.min(PIECE_BYTES, count))) throw this.damaged();
    }
    return this.piece.subarray(this.at, (this.at += count));
  }

  private more(least: number): boolean {
    const next = Buffer.alloc(Math.max(least, PIECE_BYTES));
    const read = readSync(this.fd, next);
    this.piece = Buffer.concat([this.piece.subarray(this.at), next.subarray(0, read)]);
    this.at = 0;
    return read > 0;
  }

  private damaged(): NetworkError {
    return new NetworkError(`${this.path} is not as peers write it, or is damaged`);
  }
}
