/** What an operation costs tells what it makes the database read, also where it answers little. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../schema/limits.js';
import { START_MS } from '../scenarios/world.js';
import { GatewayFixture, type Answer } from './fixture.js';

const DAY_MS = 86_400_000;
let at: GatewayFixture;
let me: string;
beforeAll(async () => {
  at = await GatewayFixture.open({ homes: 2 });
  me = await at.token('PARTICIPANT');
});
afterAll(() => at.close());

const iso = (ms: number): string => new Date(ms).toISOString();
const day = (ms: number): string => iso(ms).slice(0, 10);
/** Statements of so many days, by instants or by days. */
const statements = (count: number, days: number, isByDay = false): string => {
  const to = START_MS + days * DAY_MS;
  const period = isByDay
    ? `fromDay: "${day(START_MS)}", toDay: "${day(to - DAY_MS)}"`
    : `from: "${iso(START_MS)}", to: "${iso(to)}"`;
  const one = `statement(participant: "${at.id('Participant', at.participant(0))}", ${period}) { billMicros }`;
  return `{ ${Array.from({ length: count }, (_, i) => `s${i}: ${one}`).join(' ')} }`;
};
const costOf = ({ extensions }: Answer): number => extensions?.cost as number;

describe('a statement', () => {
  test.each([false, true])('costs what its days do (named by days: %s)', async (isByDay) => {
    for (const days of [1, 31, 99]) {
      const answer = await at.ask(me, statements(1, days, isByDay));
      expect(answer.errors).toBeUndefined();
      expect(costOf(answer)).toBe(2 + LIMITS.statementDayCost * days);
    }
  });

  test('of a year by its months is within what one operation may cost', async () => {
    expect((await at.ask(me, statements(12, 31))).errors).toBeUndefined();
  });

  test('asked for again and again in one operation is refused before any of them is read', async () => {
    const before = at.database.statements;
    const answer = await at.ask(me, statements(20, 99));
    expect([answer.status, answer.errors?.map((e) => e.extensions.code)]).toEqual([400, ['TOO_COMPLEX']]);
    expect(at.database.statements).toBe(before);
  });

  test('of more days than one may have is refused for its period', async () => {
    const answer = await at.ask(me, statements(1, 4_000));
    expect(answer.errors?.map((e) => e.extensions.code)).toEqual(['BAD_USER_INPUT']);
    expect(costOf(answer)).toBeLessThanOrEqual(LIMITS.operationCost);
  });
});
