/** What an operation costs tells what it makes the database read, also where it answers little. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
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

describe('a document that is given again', () => {
  test('costs what its variables ask for this time', async () => {
    const query = 'query($n: Int!) { markets(first: $n) { edges { node { id } } } }';
    const few = costOf(await at.ask(me, query, { n: 1 }));
    const many = costOf(await at.ask(me, query, { n: 50 }));
    expect([few, many, costOf(await at.ask(me, query, { n: 1 }))]).toEqual([few, 1 + (few - 1) * 50, few]);
  });

  test('costs the same where its variables are inputs of mutations only, also where they do not fit', async () => {
    const query = 'mutation($i: SparkzTransferInput!) { sparkzTransfer(input: $i) { userErrors { code } } }';
    const codesOf = ({ errors }: Answer): unknown[] => [...new Set(errors?.map((e) => e.extensions.code))];
    expect(codesOf(await at.ask(me, query, { i: {} }))).toEqual(['BAD_USER_INPUT']);
    const input = {
      idempotencyKey: v7(),
      from: at.id('Account', 1),
      to: at.id('Account', 2),
      amountMicros: '1',
    };
    const fitting = await at.ask(me, query, { i: input });
    expect(fitting.errors).toBeUndefined();
    const misfit = await at.ask(me, query, { i: {} });
    expect([codesOf(misfit), costOf(misfit)]).toEqual([['BAD_USER_INPUT'], costOf(fitting)]);
  });

  test('is refused whole for a null that may not be one, whatever was asked before', async () => {
    const of = (input: object): string => JSON.stringify(input).replaceAll(/"(\w+)":/g, '$1:');
    const input = {
      idempotencyKey: v7(),
      from: at.id('Account', 1),
      to: at.id('Account', 2),
      amountMicros: '1',
    };
    const query = `mutation($i: SparkzTransferInput = ${of(input)}, $j: SparkzTransferInput!) {
      a: sparkzTransfer(input: $i) { userErrors { code } }
      b: sparkzTransfer(input: $j) { userErrors { code } } }`;
    const codes = async (variables: object): Promise<unknown> => {
      const { data, errors } = await at.ask(me, query, variables as Record<string, unknown>);
      return { data, codes: errors?.map((e) => e.extensions.code) };
    };
    const refused = { data: undefined, codes: ['BAD_USER_INPUT'] };
    expect(await codes({ i: null, j: input })).toEqual(refused);
    expect(await codes({ j: { ...input, idempotencyKey: v7() } })).toMatchObject({ codes: undefined });
    expect(await codes({ i: null, j: { ...input, idempotencyKey: v7() } })).toEqual(refused);
  });
});
