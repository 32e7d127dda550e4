/** On whose word a transaction is acknowledged. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { FabricTransaction } from '../../network/fabric/block.js';
import { CommitWatch } from '../../network/fabric/commit-watch.js';
import { LATE_MS } from '../../network/fabric/follower.js';
import { FakePeer, fakePeers } from './fakes.js';

const word = (more: Partial<FabricTransaction> = {}): FabricTransaction =>
  ({
    ...{ transactionId: 't', code: 0, valid: true, block: 5, index: 0, time: 7 },
    ...{ event: Buffer.from('done'), args: Buffer.from('do'), ...more },
  }) as FabricTransaction;

describe('a transaction is done', () => {
  let peers: FakePeer[];
  beforeEach(() => {
    jest.useFakeTimers();
    peers = fakePeers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const watching = (endorsers: readonly FakePeer[], majority = 2): CommitWatch =>
    new CommitWatch('t', { followers: peers, endorsers, own: 'A', majority });
  const isDone = async (watch: CommitWatch) => {
    const open = Symbol('open');
    return (await Promise.race([watch.done, Promise.resolve(open)])) !== open;
  };
  const tell = (peer: FakePeer, told = word()): void => peer.seen?.committed(peer, told);
  const lose = (peer: FakePeer): void => {
    peer.answers = false;
    peer.seen?.changed();
  };

  test('once every peer that endorsed has it, whatever the others have', async () => {
    const [a, b, c] = peers;
    const watch = watching([a, b]);
    tell(a);
    tell(c);
    expect(await isDone(watch)).toBe(false);
    tell(b);
    expect(await isDone(watch)).toBe(true);
  });

  test('without a peer that goes away or is late', async () => {
    const [a, b, c] = peers;
    const watch = watching([a, b]);
    tell(a);
    expect(await isDone(watch)).toBe(false);
    lose(b);
    expect(await isDone(watch)).toBe(true);
    const waiting = watching([a, c]);
    tell(a);
    jest.advanceTimersByTime(LATE_MS);
    expect(await isDone(waiting)).toBe(true);
  });

  test('without a peer that has the block, and not the transaction in it', async () => {
    const [a, b] = peers;
    const watch = watching([a, b]);
    tell(a);
    b.height = 5;
    b.seen?.changed();
    expect(await isDone(watch)).toBe(false);
    b.height = 6;
    b.seen?.changed();
    expect(await isDone(watch)).toBe(true);
  });

  test('never on no peer’s word', async () => {
    const [a, b] = peers;
    const watch = watching([a, b]);
    for (const each of [a, b]) lose(each);
    expect(await isDone(watch)).toBe(false);
    watch.close();
  });

  test('never on the word of one other organisation, however many peers it has and whoever is away', async () => {
    const [a, b] = peers;
    const sister = new FakePeer('B');
    peers.push(sister);
    const watch = watching([a, b]);
    tell(b);
    tell(sister);
    jest.advanceTimersByTime(2 * LATE_MS);
    for (const each of [a, b]) lose(each);
    expect(await isDone(watch)).toBe(false);
    tell(a);
    expect(await isDone(watch)).toBe(true);
  });

  test('on the word of a majority of organisations, where the own peer is away', async () => {
    const [a, b, c] = peers;
    const watch = watching([a, b]);
    tell(b);
    tell(c);
    expect(await isDone(watch)).toBe(false);
    lose(a);
    expect(await watch.done).toEqual(word());
  });

  test('on no majority that says different things of it', async () => {
    const [a, b, c] = peers;
    const differing = [{ code: 11 }, { block: 6 }, { index: 1 }, { time: 8 }] as Partial<FabricTransaction>[];
    for (const each of [...differing, { event: Buffer.from('else') }, { args: Buffer.from('else') }]) {
      const watch = watching([a, b]);
      tell(b);
      tell(c, word(each));
      lose(a);
      jest.advanceTimersByTime(2 * LATE_MS);
      expect(await isDone(watch)).toBe(false);
      watch.close();
    }
  });

  test('as the own peer has it, also where others said another thing before', async () => {
    const [a, b, c] = peers;
    const watch = watching([a, b]);
    tell(b, word({ code: 11 }));
    tell(c, word({ code: 11 }));
    tell(a);
    expect(await watch.done).toEqual(word());
  });
});
