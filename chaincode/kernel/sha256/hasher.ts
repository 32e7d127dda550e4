/** SHA-256 of many short texts at once, and the nodes above them. */
import { hash } from 'node:crypto';
import { PLACES, PROGRAM, ROUND_CONSTANTS, SLOT_BYTES } from './program.js';

export const HASH_BYTES = 32;

/** Texts that are hashed together, and their characters: what is longer is hashed by itself. */
const MOST_TEXTS = 256;
const MOST_CHARACTERS = 65_536;
/** A character is three bytes at most, and its slot has room for the padding. */
const LONGEST = Math.floor((SLOT_BYTES - 128) / 3);

const PAGE_BYTES = 65_536;
const LENGTHS = PLACES.free;
const TEXTS = LENGTHS + 4 * MOST_TEXTS;
// Four hashes are written at a time, also where fewer are asked for.
const OUT = TEXTS + 3 * MOST_CHARACTERS + 64;
const TREE = OUT + (MOST_TEXTS + 4) * HASH_BYTES;

interface Functions {
  hashTexts(from: number, lengths: number, count: number, out: number): void;
  hashPairs(from: number, pairs: number, out: number): void;
}

/**
 * One for the process: what it holds, it holds only while one of its functions runs. None waits for anything, so that
 * transactions which run side by side do not meet in it.
 */
class Hasher {
  private readonly memory = new WebAssembly.Memory({ initial: Math.ceil(TREE / PAGE_BYTES) });
  private readonly functions = new WebAssembly.Instance(new WebAssembly.Module(PROGRAM), {
    env: { memory: this.memory },
  }).exports as unknown as Functions;
  private bytes = Buffer.from(this.memory.buffer);

  constructor() {
    ROUND_CONSTANTS.forEach((constant, i) => this.bytes.writeUInt32LE(constant, PLACES.constants + 4 * i));
  }

  /** Hashes of texts in UTF-8, one after the other; they are valid until the next call. */
  texts(texts: readonly string[]): Uint8Array {
    const joined = texts.length === 1 ? texts[0] : texts.join('');
    const length = this.bytes.write(joined, TEXTS);
    const isAscii = length === joined.length;
    for (let i = 0; i < texts.length; i++) {
      const size = isAscii ? texts[i].length : Buffer.byteLength(texts[i]);
      this.bytes.writeUInt32LE(size, LENGTHS + 4 * i);
    }
    this.functions.hashTexts(TEXTS, LENGTHS, texts.length, OUT);
    return this.bytes.subarray(OUT, OUT + texts.length * HASH_BYTES);
  }

  /** Root over leaf hashes. Pairing level by level and carrying an odd one up gives RFC 9162's tree. */
  root(leaves: Uint8Array): Buffer {
    // Four pairs are read at a time, also where fewer are left.
    this.reserve(TREE + leaves.length + 8 * HASH_BYTES);
    this.bytes.set(leaves, TREE);
    let count = leaves.length / HASH_BYTES;
    for (; count > 1; count = (count + 1) >> 1) {
      const last = TREE + (count - 1) * HASH_BYTES;
      const odd = count % 2 === 1 ? Buffer.from(this.bytes.subarray(last, last + HASH_BYTES)) : undefined;
      this.functions.hashPairs(TREE, count >> 1, TREE);
      if (odd) this.bytes.set(odd, TREE + (count >> 1) * HASH_BYTES);
    }
    return Buffer.from(this.bytes.subarray(TREE, TREE + HASH_BYTES));
  }

  private reserve(size: number): void {
    const missing = size - this.bytes.length;
    if (missing <= 0) return;
    this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.bytes = Buffer.from(this.memory.buffer);
  }
}

const hasher = new Hasher();

/** Hashes of texts in a row; each is SHA-256 of the text in UTF-8. Short ones are hashed four at a time. */
export class Hashes {
  private pending: string[] = [];
  private characters = 0;
  private bytes = new Uint8Array(64 * HASH_BYTES);
  private done = 0;

  /** How many there are. */
  get count(): number {
    return this.done + this.pending.length;
  }

  push(text: string): void {
    this.pending.push(text);
    this.characters += text.length;
    if (text.length > LONGEST) this.flushLong();
    else if (this.pending.length === MOST_TEXTS || this.characters > MOST_CHARACTERS - LONGEST) this.flush();
  }

  /** The hashes one after the other, up to `index` at least; valid until more are pushed. */
  upTo(index: number): Uint8Array {
    if (index >= this.done) this.flush();
    return this.bytes;
  }

  /** Root of the tree of RFC 9162 over them. There is at least one. */
  root(): Buffer {
    this.flush();
    return hasher.root(this.bytes.subarray(0, this.done * HASH_BYTES));
  }

  private flush(): void {
    const { pending } = this;
    if (pending.length === 0) return;
    this.add(hasher.texts(pending));
    this.forget();
  }

  /** The last is long: what stands before it goes together. */
  private flushLong(): void {
    const long = this.pending.pop() as string;
    this.flush();
    this.add(Buffer.from(hash('sha256', long, 'hex'), 'hex'));
    this.forget();
  }

  private forget(): void {
    this.pending = [];
    this.characters = 0;
  }

  private add(hashes: Uint8Array): void {
    const needed = (this.done * HASH_BYTES + hashes.length) | 0;
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(2 * Math.max(needed, this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(hashes, this.done * HASH_BYTES);
    this.done += hashes.length / HASH_BYTES;
  }
}
