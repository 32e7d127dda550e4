/** When a peer counts as late. */
import { describe, expect, test } from '@jest/globals';
import { BlockTimes } from '../../network/fabric/block-times.js';
import { Follower, LATE_MS } from '../../network/fabric/follower.js';
import { fakeSource, rawChain } from './fakes.js';

describe('a peer is late', () => {
  let now = 0;
  const timesOf = (organisations: readonly string[]) =>
    new BlockTimes(10, { own: 'A', organisations: () => organisations }, () => now);

  test('from when the block that it lacks was first seen', () => {
    now = 0;
    const times = timesOf(['A']);
    expect(times.lateMs(10)).toBe(0);
    times.note('A', 11);
    now = 100;
    times.note('A', 12);
    now = 150;
    expect([10, 11, 12, 13, 5].map((height) => times.lateMs(height))).toEqual([150, 50, 0, 0, Infinity]);
  });

  test('by what one’s own organisation has, or most organisations, and not by what another one says', () => {
    now = 0;
    const times = timesOf(['A', 'B', 'C']);
    times.note('B', 1_000_000_000);
    now = 100;
    expect([times.highest, times.lateMs(10)]).toEqual([10, 0]);
    times.note('C', 12);
    now = 150;
    expect([times.highest, times.lateMs(10), times.lateMs(11), times.lateMs(12)]).toEqual([12, 50, 50, 0]);
    times.note('A', 13);
    now = 170;
    expect([times.highest, times.lateMs(12), times.lateMs(5)]).toEqual([13, 20, Infinity]);
  });

  test('of a leap the newest blocks only are kept in mind', () => {
    now = 0;
    const times = timesOf(['A', 'B', 'C']);
    times.note('B', 1_000_000_000);
    times.note('C', 1_000_000_000);
    expect([times.lateMs(999_999_999), times.lateMs(10)]).toEqual([0, Infinity]);
  });
});

test('a peer of another organisation that has more blocks than all others makes nobody late', async () => {
  let now = 0;
  const times = new BlockTimes(3, { own: 'A', organisations: () => ['A', 'B', 'C'] }, () => now);
  const { source } = fakeSource((from) => rawChain(9).slice(from));
  const peer = { name: 'peer0', port: 1, operationsPort: 2 };
  const ahead = new Follower({ ...source, first: undefined, organisation: 'B', peer, times }, 3);
  while (ahead.height < 9) await new Promise((resolve) => setTimeout(resolve, 1));
  ahead.stop();
  now = 2 * LATE_MS;
  expect(times.lateMs(3)).toBe(0);
});
