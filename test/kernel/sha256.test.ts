/** SHA-256 four at a time: the same hashes, and the same tree, as the platform's one by one. */
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { HASH_BYTES, Hashes } from '../../chaincode/kernel/sha256/hasher.js';
import { hashFromHex, hashToHex, rootOf } from '../../chaincode/kernel/tree.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const at = (hashes: Hashes, i: number): string =>
  hex(hashes.upTo(i).subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
const other = (text: string): string => createHash('sha256').update(text).digest('hex');

function hashesOf(texts: readonly string[]): Hashes {
  const hashes = new Hashes();
  for (const text of texts) hashes.push(text);
  return hashes;
}

function expectSame(texts: readonly string[]): void {
  const hashes = hashesOf(texts);
  const expected = texts.map(other);
  expect(hashes.count).toBe(texts.length);
  expect(texts.map((_, i) => at(hashes, i))).toEqual(expected);
  expect(hex(hashes.root())).toBe(hashToHex(rootOf(expected.map(hashFromHex))));
}

describe('hashes of many texts', () => {
  test('are right for every length around the ends of blocks, whatever stands beside them', () => {
    expectSame(Array.from({ length: 300 }, (_, n) => 'a'.repeat(n)));
    expectSame(Array.from({ length: 300 }, (_, n) => '\u0000'.repeat(300 - n)));
  });

  test('are right for texts too long to stand beside others', () => {
    const lengths = [2_687, 2_688, 2_689, 8_064, 8_065, 60_000, 3, 1_000_000, 0, 2_688, 2_688];
    expectSame(lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length)));
    expectSame(lengths.map((length) => '€'.repeat(length)));
  });

  test('are right for many texts that fill the memory together', () => {
    expectSame(Array.from({ length: 100 }, (_, i) => `€${i}`.repeat(600)));
  });

  test('make the tree of RFC 9162 for every small number of leaves, and for a large one', () => {
    const texts = Array.from({ length: 20_001 }, (_, i) => `leaf ${i}`);
    for (let count = 1; count < 70; count++) expectSame(texts.slice(0, count));
    expectSame(texts);
  });

  test('are right for any texts, asked for in any order', () => {
    const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 80 }));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 600, size: 'max' }), fc.nat(), (texts, n) => {
        const hashes = new Hashes();
        texts.forEach((one, i) => {
          hashes.push(one);
          // Asked for in between, it is there.
          if (i === n % texts.length) expect(at(hashes, i)).toBe(other(one));
        });
        expect(at(hashes, texts.length - 1)).toBe(other(texts[texts.length - 1]));
        expect(hex(hashes.root())).toBe(hashToHex(rootOf(texts.map(other).map(hashFromHex))));
      }),
      { numRuns: 60 },
    );
  });
});
