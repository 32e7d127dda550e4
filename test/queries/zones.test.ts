/** Whose days a statement is made of where a participant's connections lie in networks of several time zones. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Asking } from './asking.js';
import { id, idIn, seedLanes, VIEWERS, type ViewerName } from './lanes.js';
import { insert, R } from './seed.js';

/** Networks of others: one in Perth, one whose zone was mistyped. */
const PERTH = 11;
const MISTYPED = 12;

let at: Asking;
beforeAll(async () => {
  at = await Asking.open();
  await seedLanes(at.database);
  const { database } = at;
  await insert(
    database,
    'network',
    { number: PERTH, operator: 'Otherwires', time_zone: 'Australia/Perth' },
    { number: MISTYPED, operator: 'Otherwires', time_zone: 'Australia/Pert' },
  );
  await insert(
    database,
    'connection',
    { number: 21, participant: 1, meter_id: 'meter-21', network: PERTH },
    { number: 22, participant: 1, meter_id: 'meter-22', network: MISTYPED },
    { number: 23, participant: 8, meter_id: 'meter-23', network: MISTYPED },
  );
  await insert(
    database,
    'participant',
    { number: 8, participant_id: 'home-8' },
    { number: 9, participant_id: 'home-9' },
  );
});
afterAll(() => at.close());

const PERIOD = 'fromDay: "2025-06-01", toDay: "2025-06-01"';
const query = (participant: number, network?: string, period = PERIOD): string => {
  const more = network === undefined ? '' : `, network: "${network}"`;
  return `{ statement(participant: "${id('Participant', participant)}", ${period}${more}) { from to timeZone } }`;
};
const statement = async (
  participant: number,
  network?: string,
  name: ViewerName = 'host',
): Promise<unknown> =>
  (await at.data<{ statement: unknown }>(VIEWERS[name], query(participant, network))).statement;

const BERLIN_DAY = {
  ...{ from: '2025-05-31T22:00:00.000Z', to: '2025-06-01T22:00:00.000Z' },
  timeZone: 'Europe/Berlin',
};
const PERTH_DAY = {
  ...{ from: '2025-05-31T16:00:00.000Z', to: '2025-06-01T16:00:00.000Z' },
  timeZone: 'Australia/Perth',
};

describe('a statement by day', () => {
  test('is of the zone of the oldest connection, whoever connected others since', async () => {
    expect(await statement(1, undefined, 'one')).toEqual(BERLIN_DAY);
  });

  test('is of the zone of a network that it names', async () => {
    expect(await statement(1, id('Network', PERTH), 'one')).toEqual(PERTH_DAY);
    expect(await statement(1, id('Network', 1), 'one')).toEqual(BERLIN_DAY);
  });

  test('of a participant that is not connected yet is of UTC', async () => {
    expect(await statement(9)).toMatchObject({ from: '2025-06-01T00:00:00.000Z', timeZone: 'UTC' });
  });

  test.each([
    ['names a network that it is not connected to', query(1, id('Network', 2))],
    ['names a network of another lane', query(1, idIn('Network', R, 1))],
    ['names no network', query(1, id('Market', 1))],
    ['names a network whose zone is not known', query(1, id('Network', MISTYPED))],
    ['has no other network than one whose zone is not known', query(8)],
    [
      'names a network and a period by instants',
      query(1, id('Network', 1), 'from: "2025-06-01T00:00:00Z", to: "2025-06-02T00:00:00Z"'),
    ],
  ])('that %s is refused as bad input', async (_, asked) => {
    expect(await at.codes(VIEWERS.host, asked)).toEqual(['BAD_USER_INPUT']);
  });

  test('by instants has no zone, and needs none', async () => {
    const asked = query(8, undefined, 'from: "2025-06-01T00:00:00Z", to: "2025-06-02T00:00:00Z"');
    expect(await at.data(VIEWERS.host, asked)).toMatchObject({ statement: { timeZone: null } });
  });
});
