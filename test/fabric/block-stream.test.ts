/** Blocks from several peers, some of which fail, and some of which lie. */
import { describe, expect, test } from '@jest/globals';
import type { common } from '@hyperledger/fabric-protos';
import { blocksOf, type BlockSource } from '../../network/fabric/block-stream.js';
import { failure, fakeSource, rawChain } from './fakes.js';

const CHAIN = rawChain(9);
const upTo = (height: number) => (from: number) => CHAIN.slice(from, height);

/** Numbers and header hashes of what the sources give, until the last block of the chain is there. */
async function read(sources: readonly BlockSource[], from: number, elders: readonly BlockSource[] = []) {
  const ending = new AbortController();
  const seen: [number, string][] = [];
  for await (const { number, headerHash } of blocksOf(sources, from, ending.signal, { elders })) {
    seen.push([number, Buffer.from(headerHash).toString('hex')]);
    if (number >= CHAIN.length - 1) ending.abort();
  }
  return seen;
}
const numbersFrom = (from: number) => CHAIN.slice(from).map((_, i) => from + i);

describe('a stream of blocks', () => {
  test('goes on with the other peer where one fails, each block once and in order', async () => {
    const one = fakeSource((from) => CHAIN.slice(from, Math.min(4, from + 3)));
    const two = fakeSource(upTo(9));
    one.source.answers = () => one.asked.length === 0;
    const seen = await read([one.source, two.source], 1);
    expect(seen.map(([number]) => number)).toEqual(numbersFrom(1));
    expect([one.asked, two.asked]).toEqual([[0], [2]]);
  });

  test('ends with what is final', async () => {
    const { source } = fakeSource(upTo(2), failure(7, 'no'));
    const numbers: number[] = [];
    const reading = async () => {
      for await (const { number } of blocksOf([source], 0, new AbortController().signal))
        numbers.push(number);
    };
    await expect(reading()).rejects.toMatchObject({ code: 7 });
    expect(numbers).toEqual([0, 1]);
  });

  describe('drops a peer, and asks another, where it', () => {
    const honest = async () => read([fakeSource(upTo(9)).source], 1);
    const beside = async (give: (from: number) => readonly common.Block[]) => {
      const liar = fakeSource(give);
      const seen = await read([liar.source, fakeSource(upTo(9)).source], 1);
      expect(liar.asked).toEqual([0]);
      return seen;
    };

    test('leaves blocks out', async () => {
      expect(await beside((from) => [CHAIN[from], CHAIN[from + 1], CHAIN[8]])).toEqual(await honest());
      expect(await beside(() => [CHAIN[8]])).toEqual(await honest());
    });

    test('gives a block twice', async () => {
      expect(await beside((from) => [CHAIN[from], CHAIN[from]])).toEqual(await honest());
    });

    test('gives a block that does not follow on the one before', async () => {
      const other = rawChain(9, 'other');
      expect(await beside((from) => [CHAIN[from], CHAIN[from + 1], ...other.slice(from + 2)])).toEqual(
        await honest(),
      );
    });
  });

  test('goes on with no peer that has another block than was given', async () => {
    const one = fakeSource(upTo(4));
    one.source.answers = () => one.asked.length === 0;
    const other = rawChain(9, 'other');
    const liar = fakeSource((from) => other.slice(from));
    const seen = await read([one.source, liar.source, fakeSource(upTo(9)).source], 1);
    expect(seen).toEqual(await read([fakeSource(upTo(9)).source], 1));
    expect(liar.asked).toEqual([3]);
  });

  test('is not open while a peer gives another block than the one that follows', async () => {
    let opened = 0;
    const ending = new AbortController();
    const liar = fakeSource(() => [CHAIN[8]]);
    const watch = { opened: () => opened++, closed: () => liar.asked.length > 1 && ending.abort() };
    const numbers: number[] = [];
    for await (const { number } of blocksOf([liar.source], 3, ending.signal, { watch })) numbers.push(number);
    expect([opened, numbers]).toEqual([0, []]);
  });
});
