/** How fast commands may be given through the gateway. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Throttle, ThrottledError } from '../../api/mutations/throttle.js';
import type { Viewer } from '../../api/auth/viewer.js';
import type { CommandShape } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import { intervalSettle, runOpen, runPost } from '../../schema/trade/metering.js';
import { sparkzTransfer } from '../../schema/trade/money.js';
import { START_MS } from '../scenarios/world.js';
import { GatewayFixture, type Answer } from './fixture.js';

const home = (number: number, lane = 'Brightwater'): Viewer => ({
  ...{ subject: `home-${number}`, organisation: lane, role: 'PARTICIPANT' },
  participant: { lane, number },
});
const host: Viewer = { subject: 'app', organisation: 'Brightwater', role: 'HOST' };

describe('commands that come faster than they may', () => {
  let nowMs = 0;
  /** Charges a command until it is refused; answers how often it was not. */
  const untilRefused = (throttle: Throttle, viewer: Viewer, shape: CommandShape = sparkzTransfer): number => {
    for (let given = 0; ; given++) {
      try {
        throttle.charge(viewer, shape);
      } catch (error) {
        expect(error).toMatchObject({ code: 'THROTTLED' });
        return given;
      }
    }
  };
  const open = (): Throttle => new Throttle(() => nowMs);

  test('are refused to a participant, which may go on as time passes', () => {
    const throttle = open();
    expect(untilRefused(throttle, home(1))).toBe(LIMITS.participantCommandsBurst);
    nowMs += 1_000;
    expect(untilRefused(throttle, home(1))).toBe(LIMITS.participantCommandsPerSecond);
    nowMs += 3_600_000;
    expect(untilRefused(throttle, home(1))).toBe(LIMITS.participantCommandsBurst);
  });

  test('are refused to nobody else', () => {
    const throttle = open();
    untilRefused(throttle, home(1));
    for (const other of [home(2), home(1, 'Rivermouth'), host]) throttle.charge(other, sparkzTransfer);
    expect(() => throttle.charge(home(1), sparkzTransfer)).toThrow(ThrottledError);
  });

  test.each([intervalSettle, runOpen, runPost].map((shape) => [shape.name, shape] as const))(
    'are few where a participant gives %s, which is dear',
    (_, shape) => {
      const few = LIMITS.participantCommandsBurst / LIMITS.settlementCommandWeight;
      expect(untilRefused(open(), home(1), shape)).toBe(few);
      const throttle = open();
      for (let i = 0; i < 10 * few; i++) throttle.charge(host, shape);
    },
  );

  test.each([
    [sparkzTransfer, 1],
    [intervalSettle, LIMITS.settlementCommandWeight / LIMITS.participantCommandsPerSecond],
  ] as const)('say when to come again', (shape, seconds) => {
    const throttle = open();
    untilRefused(throttle, home(1));
    let after = 0;
    try {
      throttle.charge(home(1), shape);
    } catch (error) {
      after = (error as ThrottledError).retryAfterSeconds;
    }
    expect(after).toBe(Math.ceil(seconds));
    nowMs += after * 1_000;
    throttle.charge(home(1), shape);
  });

  test('are not what the apps of an organisation bring, however many they are', () => {
    const throttle = open();
    // 128 clients, each with its next command as soon as it has the answer to the last: a few thousand a second.
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 10_000; i++) throttle.charge(host, sparkzTransfer);
      nowMs += 1_000;
    }
  });

  test('are remembered of as many givers as there is room for, the latest', () => {
    const throttle = open();
    untilRefused(throttle, home(0));
    for (let i = 1; i < LIMITS.throttledGivers; i++) throttle.charge(home(i), sparkzTransfer);
    expect(() => throttle.charge(home(0), sparkzTransfer)).toThrow(ThrottledError);
    throttle.charge(home(LIMITS.throttledGivers), sparkzTransfer);
    throttle.charge(home(LIMITS.throttledGivers + 1), sparkzTransfer);
    expect(throttle.size).toBe(LIMITS.throttledGivers);
    expect(() => throttle.charge(home(0), sparkzTransfer)).toThrow(ThrottledError);
  });
});

describe('a participant’s app that gives commands without end', () => {
  let at: GatewayFixture;
  let nowMs = 0;
  beforeAll(async () => {
    at = await GatewayFixture.open({ homes: 2 }, false, undefined, { nowMs: () => nowMs });
  });
  afterAll(() => at.close());

  /** As many settlements of an interval as one request may hold. */
  const settle = async (token: string, count: number, key = at.key7()): Promise<Answer> => {
    const fields = Array.from(
      { length: count },
      (_, i) => `s${i}: intervalSettle(input: $i) { userErrors { code } }`,
    );
    return at.ask(token, `mutation($i: IntervalSettleInput!) { ${fields.join(' ')} }`, {
      i: {
        market: at.id('Market', at.at.market),
        start: new Date(START_MS).toISOString(),
        idempotencyKey: key,
      },
    });
  };
  const few = LIMITS.participantCommandsBurst / LIMITS.settlementCommandWeight;

  test('is told to wait and for how long; what it gave before stands, and the same key goes through later', async () => {
    const [me, hosts] = [await at.token('PARTICIPANT'), await at.token('HOST')];
    const height = at.at.world.ledger.height();
    const most = await settle(me, few + 1);
    expect([most.status, most.errors?.map((e) => e.extensions.code)]).toEqual([200, ['THROTTLED']]);
    expect(at.at.world.ledger.height()).toBe(height + few);

    const key = at.key7();
    const refused = await settle(me, 1, key);
    const seconds = Math.ceil(LIMITS.settlementCommandWeight / LIMITS.participantCommandsPerSecond);
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'THROTTLED', retry: 'SAME_KEY', retryAfterSeconds: seconds } },
    ]);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, String(seconds)]);
    expect(at.at.world.ledger.height()).toBe(height + few);
    expect((await settle(hosts, few + 1)).errors).toBeUndefined();

    nowMs += seconds * 1_000;
    expect((await settle(me, 1, key)).data).toMatchObject({
      s0: { userErrors: [{ code: 'ALREADY_SETTLED' }] },
    });
  });
});
