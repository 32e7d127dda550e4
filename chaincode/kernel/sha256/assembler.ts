/** Writes WebAssembly: the few instructions that `program.ts` uses, and a module around its functions. */

/** Bytes, in parts that are put one after the other when all is written: to copy them at each level takes long. */
export type Code = readonly (number | Code)[];

/** All bytes of a code in their order. */
function bytesOf(code: Code, bytes: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === 'number') bytes.push(part);
    else bytesOf(part, bytes);
  }
  return bytes;
}

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
    if (rest === 0) return bytes;
  }
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

const vector = (items: readonly Code[]): Code => [unsigned(items.length), items];
function sized(code: Code): Code {
  const bytes = bytesOf(code);
  return [unsigned(bytes.length), bytes];
}
const section = (id: number, code: Code): Code => [id, sized(code)];
const name = (text: string): Code => sized([...Buffer.from(text)]);
const simd = (opcode: number): Code => [0xfd, unsigned(opcode)];
/** Alignment (none assumed) and offset. */
const at = (offset: number): Code => [0, unsigned(offset)];

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number): Code => [0x21, unsigned(local)];
export const call = (index: number): Code => [0x10, unsigned(index)];
export const block = (...body: Code[]): Code => [0x02, 0x40, body, 0x0b];
export const loop = (...body: Code[]): Code => [0x03, 0x40, body, 0x0b];
export const when = (...body: Code[]): Code => [0x04, 0x40, body, 0x0b];
export const branch = (depth: number): Code => [0x0c, depth];
export const branchIf = (depth: number): Code => [0x0d, depth];

export const i32 = {
  of: (value: number): Code => [0x41, signed(value)],
  load: (offset = 0): Code => [0x28, at(offset)],
  store: (offset = 0): Code => [0x36, at(offset)],
  store8: (offset = 0): Code => [0x3a, at(offset)],
  isZero: [0x45] as Code,
  less: [0x49] as Code,
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  and: [0x71] as Code,
  shl: [0x74] as Code,
  shr: [0x76] as Code,
};

/** Four numbers of 32 bits side by side. */
export const i32x4 = {
  load: (offset = 0): Code => [simd(0), at(offset)],
  store: (offset = 0): Code => [simd(11), at(offset)],
  /** One number of memory in all four lanes. */
  loadSplat: (offset = 0): Code => [simd(9), at(offset)],
  splat: simd(17) as Code,
  /** Sixteen bytes chosen from two vectors, the second's counted from 16. */
  shuffle: (bytes: Code): Code => [simd(13), bytes],
  replace: (lane: number): Code => [simd(28), lane],
  greater: simd(60) as Code,
  or: simd(80) as Code,
  xor: simd(81) as Code,
  /** Of a, b, mask: bits of a where the mask has them, else of b. */
  select: simd(82) as Code,
  shl: simd(171) as Code,
  shr: simd(173) as Code,
  add: simd(174) as Code,
};

export interface FunctionCode {
  /** Name under which it is exported; none for those that only others call. */
  readonly name?: string;
  /** How many parameters, all i32; it returns nothing. */
  readonly parameters: number;
  /** Locals after the parameters: i32, then v128. */
  readonly i32: number;
  readonly v128: number;
  readonly body: Code;
}

const I32 = 0x7f;
const V128 = 0x7b;

/** A module that imports its memory as `env.memory`. */
export function moduleOf(functions: readonly FunctionCode[]): Uint8Array {
  const types = functions.map(({ parameters }) => [
    [0x60, unsigned(parameters)],
    Array.from({ length: parameters }, () => I32),
    0,
  ]);
  const exported = functions.flatMap((of, index) =>
    of.name === undefined ? [] : [[name(of.name), 0, unsigned(index)]],
  );
  const bodies = functions.map((of) =>
    sized([2, unsigned(of.i32), I32, unsigned(of.v128), V128, of.body, 0x0b]),
  );
  return Uint8Array.from(
    bytesOf([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(types)),
      section(2, vector([[name('env'), name('memory'), 2, 0, 1]])),
      section(3, vector(functions.map((_, index) => unsigned(index)))),
      section(7, vector(exported)),
      section(10, vector(bodies)),
    ]),
  );
}
