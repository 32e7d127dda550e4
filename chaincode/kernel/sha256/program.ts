/**
 * SHA-256 (FIPS 180-4) of four messages at a time, one in each lane of a vector. A transaction hashes thousands of short
 * texts; called one by one, getting in and out of the platform's hash costs more than the hash.
 */
import {
  block,
  branch,
  branchIf,
  call,
  get,
  i32,
  i32x4,
  loop,
  moduleOf,
  set,
  when,
  type Code,
  type FunctionCode,
} from './assembler.js';

/** Bytes of a padded message at most. */
export const SLOT_BYTES = 8_192;
/** Where things lie in the memory. */
export const PLACES = {
  /** Round constants. */
  constants: 0,
  /** Four padded messages. */
  slots: 1_024,
  /** Where the caller's part begins. */
  free: 1_024 + 4 * SLOT_BYTES,
} as const;

const LANES = [0, 1, 2, 3] as const;
const WORDS = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Greatest integer whose power is not above a value. */
function root(value: bigint, power: bigint): bigint {
  let [low, high] = [0n, 1n << 60n];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle ** power <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

const primes = (count: number): bigint[] => {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n++) if (found.every((p) => n % p !== 0n)) found.push(n);
  return found;
};
const fraction = (value: bigint): number => Number(value & 0xffff_ffffn);

/** First 32 bits of the fractions of the cube roots of the first 64 primes. */
export const ROUND_CONSTANTS = primes(64).map((p) => fraction(root(p << 96n, 3n)));
/** And of the square roots of the first eight. */
const START = primes(8).map((p) => fraction(root(p << 64n, 2n)));

// Bytes of each number in the other order; and rows of four numbers made columns.
const REVERSED = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
const LOW_PAIRS = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const HIGH_PAIRS = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const HIGH_HALVES = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

/** Turns four vectors, a row each, into four that are the columns. */
function transpose(rows: readonly number[], spare: readonly number[]): Code {
  const [a, b, c, d] = rows;
  const [e, f, g, h] = spare;
  const mix = (x: number, y: number, bytes: Code, to: number): Code => [
    get(x),
    get(y),
    i32x4.shuffle(bytes),
    set(to),
  ];
  return [
    [mix(a, b, LOW_PAIRS, e), mix(a, b, HIGH_PAIRS, f)],
    [mix(c, d, LOW_PAIRS, g), mix(c, d, HIGH_PAIRS, h)],
    [mix(e, g, LOW_HALVES, a), mix(e, g, HIGH_HALVES, b)],
    [mix(f, h, LOW_HALVES, c), mix(f, h, HIGH_HALVES, d)],
  ];
}

/** `compress(out, blocks0 … blocks3)`: the hashes of the four messages in the slots, 32 bytes each. */
const compress = ((): FunctionCode => {
  const [out, blocks] = [0, [1, 2, 3, 4]];
  const [done, most, address] = [5, 6, 7];
  const state = WORDS.map((i) => 8 + i);
  const before = WORDS.map((i) => 16 + i);
  const message = Array.from({ length: 16 }, (_, i) => 24 + i);
  const [counts, mask, sum, ...spare] = [40, 41, 42, 43, 44, 45, 46];

  const rotated = (x: number, by: number): Code => [
    [get(x), i32.of(by), i32x4.shr],
    [get(x), i32.of(32 - by), i32x4.shl, i32x4.or],
  ];
  const shifted = (x: number, by: number): Code => [get(x), i32.of(by), i32x4.shr];
  const sigma = (x: number, by: readonly [number, number], last: Code): Code => [
    [rotated(x, by[0]), rotated(x, by[1]), i32x4.xor],
    [last, i32x4.xor],
  ];

  /** Word i of the message schedule, in the place of word i − 16. */
  const schedule = (i: number): Code => {
    const word = (back: number): number => message[(i - back) & 15];
    return [
      [get(word(16)), sigma(word(15), [7, 18], shifted(word(15), 3)), i32x4.add],
      [get(word(7)), i32x4.add],
      [sigma(word(2), [17, 19], shifted(word(2), 10)), i32x4.add, set(word(16))],
    ];
  };

  /** The eight variables keep their places: each round names them one further. */
  const round = (i: number): Code => {
    const [a, b, c, d, e, f, g, h] = WORDS.map((v) => state[(v - i) & 7]);
    return [
      i < 16 ? [] : schedule(i),
      [get(h), sigma(e, [6, 11], rotated(e, 25)), i32x4.add],
      [get(f), get(g), get(e), i32x4.select, i32x4.add],
      [i32.of(PLACES.constants + 4 * i), i32x4.loadSplat(), i32x4.add],
      [get(message[i & 15]), i32x4.add, set(sum)],
      [get(d), get(sum), i32x4.add, set(d)],
      [get(sum), sigma(a, [2, 13], rotated(a, 22)), i32x4.add],
      // Majority: where a and b differ, c decides.
      [get(c), get(b), get(a), get(b), i32x4.xor, i32x4.select, i32x4.add],
      set(h),
    ];
  };

  const load = [0, 1, 2, 3].flatMap((quarter): Code => {
    const words = LANES.map((lane) => message[4 * quarter + lane]);
    const rows = LANES.flatMap((lane): Code => {
      const vector = [get(address), i32x4.load(lane * SLOT_BYTES + 16 * quarter)];
      return [vector, vector, i32x4.shuffle(REVERSED), set(words[lane])];
    });
    return [rows, transpose(words, [mask, ...spare.slice(0, 3)])];
  });

  const store = [0, 1].flatMap((half): Code => {
    const words = LANES.map((lane) => state[4 * half + lane]);
    const rows = LANES.flatMap((lane): Code => {
      const row = get(words[lane]);
      const bytes = [row, row, i32x4.shuffle(REVERSED)];
      return [get(out), bytes, i32x4.store(32 * lane + 16 * half)];
    });
    return [transpose(words, [mask, ...spare.slice(0, 3)]), rows];
  });

  const body: Code = [
    [i32.of(0), set(most)],
    LANES.flatMap((lane): Code => [
      [get(counts), get(blocks[lane]), i32x4.replace(lane), set(counts)],
      [get(most), get(blocks[lane]), i32.less, when(get(blocks[lane]), set(most))],
    ]),
    WORDS.flatMap((i): Code => [i32.of(START[i]), i32x4.splat, set(state[i])]),
    [i32.of(0), set(done), i32.of(PLACES.slots), set(address)],
    loop(
      load,
      WORDS.flatMap((i): Code => [get(state[i]), set(before[i])]),
      Array.from({ length: 64 }, (_, i) => round(i)).flat(),
      // A lane whose message has ended keeps its hash.
      [get(counts), get(done), i32x4.splat, i32x4.greater, set(mask)],
      WORDS.flatMap((i): Code => [
        [get(state[i]), get(before[i]), i32x4.add],
        [get(before[i]), get(mask), i32x4.select, set(state[i])],
      ]),
      [get(address), i32.of(64), i32.add, set(address)],
      [get(done), i32.of(1), i32.add, set(done)],
      [get(done), get(most), i32.less, branchIf(0)],
    ),
    store,
  ];
  return { parameters: 5, i32: 3, v128: 39, body };
})();

const COMPRESS = 0;

/** Copies 16 bytes at a time, also some that stand behind; what is there is written over afterwards. */
const copy = (from: number, length: number, to: number, i: number): Code => [
  [i32.of(0), set(i)],
  loop(
    [get(to), get(i), i32.add],
    [get(from), get(i), i32.add, i32x4.load(), i32x4.store()],
    [get(i), i32.of(16), i32.add, set(i)],
    [get(i), get(length), i32.less, branchIf(0)],
  ),
];

/** `hashTexts(from, lengths, count, out)`: hashes of messages that stand one after the other. */
const hashTexts = ((): FunctionCode => {
  const [from, lengths, count, out] = [0, 1, 2, 3];
  const blocks = [4, 5, 6, 7];
  const [length, slot, end, i] = [8, 9, 10, 11];
  const zeros = 12;
  const pad = (lane: number): Code => [
    get(count),
    when([
      [get(lengths), i32.load(), set(length)],
      [i32.of(PLACES.slots + lane * SLOT_BYTES), set(slot)],
      copy(from, length, slot, i),
      [get(slot), get(length), i32.add, set(end)],
      [0, 16, 32, 48, 64].flatMap((n): Code => [get(end), get(zeros), i32x4.store(n)]),
      [get(end), i32.of(0x80), i32.store8()],
      [get(length), i32.of(8), i32.add, i32.of(6), i32.shr, i32.of(1), i32.add],
      set(blocks[lane]),
      // Its length in bits, the last bytes of the last block.
      [get(slot), get(blocks[lane]), i32.of(6), i32.shl, i32.add, set(end)],
      [get(length), i32.of(3), i32.shl, set(i)],
      [1, 2, 3].flatMap((byte): Code => [
        [get(end), i32.of(byte), i32.sub],
        [get(i), i32.of(8 * (byte - 1)), i32.shr, i32.store8()],
      ]),
      [get(from), get(length), i32.add, set(from)],
      [get(lengths), i32.of(4), i32.add, set(lengths)],
      [get(count), i32.of(1), i32.sub, set(count)],
    ]),
  ];
  const body = block(
    loop(
      [get(count), i32.isZero, branchIf(1)],
      LANES.flatMap((lane): Code => [i32.of(0), set(blocks[lane]), pad(lane)]),
      [get(out), blocks.flatMap((n) => get(n)), call(COMPRESS)],
      [get(out), i32.of(128), i32.add, set(out), branch(0)],
    ),
  );
  return { name: 'hashTexts', parameters: 4, i32: 8, v128: 1, body };
})();

/** `hashPairs(from, pairs, out)`: nodes over pairs of hashes, 0x01 ‖ left ‖ right; `out` may be `from`. */
const hashPairs = ((): FunctionCode => {
  const [from, pairs, out] = [0, 1, 2];
  const [left, slot] = [3, 4];
  const zeros = 5;
  const step = (lane: number): Code => [
    [i32.of(PLACES.slots + lane * SLOT_BYTES), set(slot)],
    [get(slot), i32.of(1), i32.store8()],
    [0, 16, 32, 48].flatMap((n): Code => [
      [get(slot), get(from), i32x4.load(64 * lane + n), i32x4.store(1 + n)],
    ]),
    [65, 81, 97, 112].flatMap((n): Code => [get(slot), get(zeros), i32x4.store(n)]),
    [get(slot), i32.of(0x80), i32.store8(65)],
    // 65 bytes are 520 bits.
    [get(slot), i32.of(0x02), i32.store8(126), get(slot), i32.of(0x08), i32.store8(127)],
  ];
  const two = [2, 2, 2, 2].flatMap((n): Code => i32.of(n));
  const body: Code = [
    [get(pairs), set(left)],
    block(
      loop(
        [get(left), i32.isZero, branchIf(1)],
        LANES.flatMap(step),
        [get(out), two, call(COMPRESS)],
        [get(from), i32.of(256), i32.add, set(from)],
        [get(out), i32.of(128), i32.add, set(out)],
        [get(left), i32.of(4), i32.less, branchIf(1)],
        [get(left), i32.of(4), i32.sub, set(left), branch(0)],
      ),
    ),
  ];
  return { name: 'hashPairs', parameters: 3, i32: 2, v128: 1, body };
})();

export const PROGRAM = moduleOf([compress, hashTexts, hashPairs]);
