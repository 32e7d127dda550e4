/** When a node counts as level with others. */
import { expect, test } from '@jest/globals';
import { untilLevel } from '../../network/fabric/levelling.js';

test('a node is level that has what the others had, though they have more whenever it is asked', async () => {
  let made = 100;
  let has = 0;
  const others = (): Promise<number> => Promise.resolve((made += 10));
  const own = (): Promise<number> => Promise.resolve((has += 40));
  expect(await untilLevel({ name: 'orderer3', own, others, hopeless: () => false })).toBe(120);
  const behind = (): Promise<number> => Promise.resolve(made - 1);
  await expect(untilLevel({ name: 'orderer3', own: behind, others, hopeless: () => true })).rejects.toThrow(
    /orderer3 does not catch up: it has 119 of 120 blocks/,
  );
});
