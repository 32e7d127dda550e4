/** What is read of a channel's blocks, whoever made what is in them. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBlock } from '../../network/fabric/block.js';
import { block, creatorOf, LANE, submitted, VALID } from './made-block.js';

let host: Buffer;
beforeAll(async () => {
  host = await creatorOf('HOST');
});

describe('the lane of a batch', () => {
  const laneOf = (batch: string): string =>
    readBlock(block(7, [[submitted(host, batch), VALID]])).transactions[0].lane;

  const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 150 });
  const format = fc.constantFrom('1', '1.0', '1e0', '10e-1', '1E+0');
  const escaped = (character: string): string => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  };
  /** Ids, and how they may be written: each character plain or escaped. */
  const spelled = fc
    .array(
      fc
        .tuple(fc.constantFrom(...'ABJKxyzjk019'), fc.constantFrom(0, 1, 2))
        .map(([plain, way]) => [
          plain,
          [plain, escaped(plain), escaped(plain).replace(/[a-f]/g, upper)][way],
        ]),
      { minLength: 1, maxLength: 64 },
    )
    .map((characters) => ({
      lane: characters.map(([plain]) => plain).join(''),
      text: characters.map(([, written]) => written).join(''),
    }));
  const upper = (letter: string): string => letter.toUpperCase();

  test('is read in whatever spelling of JSON the batch is written', () => {
    fc.assert(
      fc.property(fc.array(space, { minLength: 6, maxLength: 6 }), format, spelled, (gaps, one, id) => {
        const [a, b, c, d, e, f] = gaps;
        expect(laneOf(`${a}[${b}${one}${c},${d}"${id.text}"${e},[]]${f}`)).toBe(id.lane);
      }),
    );
  });

  test('is read where it is written as Gridbook writes it', () => {
    expect(laneOf(`[1,"${LANE}",[]]`)).toBe(LANE);
  });

  test.each(['', '[', '[1]', '[1,2,[]]', '[1,"\\u0000",[]]', '{"1":"SunCo"}', 'null'])(
    'is nowhere in %j, as the error says with its place',
    (batch) => {
      expect(() => laneOf(batch)).toThrow('transaction 0 of block 7 cannot be read: a batch names no lane');
    },
  );
});
