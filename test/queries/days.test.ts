/** The days of a statement are those of its network's time zone. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Asking } from './asking.js';
import { id, seedLanes, VIEWERS } from './lanes.js';

let at: Asking;
beforeAll(async () => {
  at = await Asking.open();
  await seedLanes(at.database);
});
afterAll(() => at.close());

const statement = (fromDay: string, toDay: string) =>
  at.answer(
    VIEWERS.one,
    `query($p: ID!, $from: LocalDate!, $to: LocalDate!) {
      statement(participant: $p, fromDay: $from, toDay: $to) { from to }
    }`,
    { p: id('Participant', 1), from: fromDay, to: toDay },
  );

describe('a day by the calendar of Berlin', () => {
  test.each([
    ['2025-06-01', '2025-05-31T22:00:00.000Z', 24],
    ['2025-03-30', '2025-03-29T23:00:00.000Z', 23],
    ['2025-10-26', '2025-10-25T22:00:00.000Z', 25],
  ])('%s begins at %s and has %d hours', async (day, from, hours) => {
    const { data } = await statement(day, day);
    const to = new Date(Date.parse(from) + hours * 3_600_000).toISOString();
    expect(data).toEqual({ statement: { from, to } });
  });

  test('several days end where the last one does', async () => {
    const { data } = await statement('2025-10-25', '2025-10-27');
    expect(data).toMatchObject({
      statement: { from: '2025-10-24T22:00:00.000Z', to: '2025-10-27T23:00:00.000Z' },
    });
  });

  test.each([
    ['2025-02-30', '2025-03-01'],
    ['2025-06-02', '2025-06-01'],
    ['1969-12-31', '1970-01-02'],
    ['1970-01-01', '1970-01-02'],
    ['0000-01-01', '0000-01-02'],
    ['2025-01-01', '2025-12-31'],
    ['2025-1-1', '2025-1-2'],
    ['', ''],
  ])('%s to %s is no period', async (from, to) => {
    const { errors } = await statement(from, to);
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
  });
});
