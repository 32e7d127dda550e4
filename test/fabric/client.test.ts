/** The client of a Fabric network, without one: what it does with what it is told. */
import { describe, expect, test } from '@jest/globals';
import { Admission } from '../../network/fabric/admission.js';
import { Endorsers } from '../../network/fabric/endorsers.js';
import { verdictOf, type Stage } from '../../network/fabric/retry.js';
import { LIMITS } from '../../schema/limits.js';
import { failure, fakePeers, type FakePeer } from './fakes.js';

describe('after a failure', () => {
  const at = (stage: Stage, error: unknown) => {
    const { next, refusal } = verdictOf(stage, error);
    return [next, refusal.code];
  };

  test('what may pass is tried again, where it happened', () => {
    for (const stage of ['endorse', 'submit', 'evaluate', 'stream'] as const) {
      for (const code of [4, 8, 9, 13, 14]) {
        expect(at(stage, failure(code))).toEqual(['AGAIN', 'LEDGER_UNAVAILABLE']);
      }
    }
    expect(at('endorse', failure(10))).toEqual(['AGAIN', 'LEDGER_UNAVAILABLE']);
    expect(at('stream', new Error('Unexpected status response: 503'))[0]).toBe('AGAIN');
    const noSay =
      'received unsuccessful response from orderer: status=BAD_REQUEST, info=channel does not exist';
    expect(at('submit', failure(10, noSay))).toEqual(['AGAIN', 'LEDGER_UNAVAILABLE']);
  });

  test('what is refused ends at once', () => {
    for (const stage of ['endorse', 'submit', 'evaluate', 'stream'] as const) {
      for (const code of [7, 16]) expect(at(stage, failure(code))).toEqual(['END', 'FORBIDDEN']);
      for (const code of [3, 5, 12]) expect(at(stage, failure(code))).toEqual(['END', 'INTERNAL']);
    }
    expect(at('submit', failure(10))[0]).toBe('END');
    expect(at('stream', new Error('Unexpected status response: 403'))).toEqual(['END', 'FORBIDDEN']);
    expect(at('stream', new Error('a block has no header'))).toEqual(['END', 'INTERNAL']);
    const revoked = failure(10, 'received unsuccessful response from orderer: status=FORBIDDEN, info=x');
    expect(at('submit', revoked)).toEqual(['END', 'FORBIDDEN']);
    const denied = failure(10, 'failed', [['A', 'access denied: channel [energy] creator org [A]']]);
    expect(at('endorse', denied)).toEqual(['END', 'FORBIDDEN']);
  });

  test('what the chaincode says is told, also where another endorser is silent', () => {
    const refused = failure(10, 'failed', [
      ['A', 'chaincode response 500, WRONG_LANE'],
      ['B', 'rpc error: code = DeadlineExceeded desc = context deadline exceeded'],
    ]);
    expect(at('endorse', refused)).toEqual(['END', 'WRONG_LANE']);
  });

  test('answers that differ want a new transaction', () => {
    const differ = failure(10, 'failed', [['B', 'ProposalResponsePayloads do not match']]);
    expect(at('endorse', differ)).toEqual(['NEW_TRANSACTION', 'MVCC_CONFLICT']);
  });

  test('organisations that failed are named', () => {
    const silent = failure(10, 'failed', [['B', 'rpc error: code = DeadlineExceeded']]);
    expect(verdictOf('endorse', silent)).toMatchObject({ culprits: ['B'], silent: ['B'] });
    const unknown = failure(14, 'failed to find any endorsing peers for org(s): B, C');
    expect(verdictOf('endorse', unknown)).toMatchObject({ culprits: ['B', 'C'], silent: [] });
    const says = 'failed to find any endorsing peers for org(s): A, C';
    expect(verdictOf('endorse', failure(10, 'failed', [['B', says]])).culprits).toEqual(['B']);
  });
});

describe('who endorses', () => {
  const choosing = (followers: FakePeer[], ping = () => Promise.reject(new Error('silent'))) =>
    new Endorsers({ organisations: () => ['A', 'B', 'C'], followers, ping, signal: AbortSignal.abort() });

  test('the organisation itself, then others in their order', () => {
    const endorsers = choosing(fakePeers());
    expect(endorsers.choose('A')).toEqual(['A', 'B']);
    expect(endorsers.choose('C')).toEqual(['C', 'A']);
  });

  test('others, where one is down, late or has failed', () => {
    const down = fakePeers();
    Object.assign(down[1], { up: false, answers: false });
    expect(choosing(down).choose('A')).toEqual(['A', 'C']);
    const late = fakePeers();
    late[1].answers = false;
    expect(choosing(late).choose('A')).toEqual(['A', 'C']);
    const failed = choosing(fakePeers());
    failed.avoid(['A', 'nobody']);
    expect(failed.choose('A')).toEqual(['B', 'C']);
  });

  test('one that failed, where there is no other; nobody, where too few are up', () => {
    const peers = fakePeers();
    const endorsers = choosing(peers);
    endorsers.avoid(['B']);
    Object.assign(peers[2], { up: false, answers: false });
    expect(endorsers.choose('A')).toEqual(['A', 'B']);
    Object.assign(peers[1], { up: false, answers: false });
    expect(endorsers.choose('A')).toBeUndefined();
  });

  test('one that failed, once its chaincode answers again', async () => {
    const ending = new AbortController();
    let pings = 0;
    const ping = () => (++pings < 2 ? Promise.reject(new Error('not yet')) : Promise.resolve());
    const options = {
      organisations: () => ['A', 'B', 'C'],
      followers: fakePeers(),
      ping,
      signal: ending.signal,
    };
    const endorsers = new Endorsers(options);
    endorsers.avoid(['B']);
    while (endorsers.choose('A')?.[1] !== 'B') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(pings).toBe(2);
    ending.abort();
  });
});

test('no more is under way than may be; what ended makes room', async () => {
  const admission = new Admission();
  let end: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  const under = Array.from({ length: LIMITS.transactionsUnderWay }, () => admission.run(1, () => held));
  await expect(admission.run(1, () => held)).rejects.toMatchObject({ code: 'OVERLOADED' });
  end();
  await Promise.all(under);
  await admission.empty();
  const most = LIMITS.transactionBytesUnderWay;
  await expect(admission.run(most + 1, () => held)).rejects.toMatchObject({ code: 'OVERLOADED' });
  await admission.run(most, () => Promise.resolve());
});
