/** The gateway on a PostgreSQL server answers what it answers on the embedded database. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Database } from '../../api/readmodel/database.js';
import { isTimedOut } from '../../api/readmodel/errors.js';
import { masked } from '../../api/server/mask.js';
import type { Role } from '../../schema/command.js';
import { ERRORS } from '../../schema/errors.js';
import { PostgresServer, postgresPrograms, sayWithoutPostgres } from '../postgres-server.js';
import { QUARTER, START_MS } from '../scenarios/world.js';
import { GatewayFixture } from './fixture.js';

const iso = (at: number): string => new Date(at).toISOString();
/** Queries over every kind of row, with ids that both gateways share. */
const queries = (at: GatewayFixture): string[] => [
  '{ participants(first: 3) { edges { cursor node { id participantId host active } } pageInfo { hasNextPage endCursor } } }',
  '{ connections(first: 10) { edges { node { id meterId sanctionedLoadW validFrom participant { participantId } network { networkId } } } } }',
  '{ accounts(first: 30) { edges { node { id accountKind balanceMicros heldMicros unit { currency issuedMicros } entries(first: 5) { edges { node { sequence amountMicros balanceAfterMicros } } } } } } }',
  '{ agreements(first: 10) { edges { node { id state } } } tariffs(first: 5) { edges { node { tariffId versions(first: 1) { edges { node { version } } } } } } }',
  '{ trades(first: 50) { edges { node { id stage quantityWh amountMicros seller { meterId } buyer { meterId } } } } }',
  `{ interval(market: "${at.id('Market', 1)}", start: "${iso(START_MS)}") { communityPrice stale totals { importWh community { quantityWh amountMicros } } positions(first: 10) { edges { node { billMicros reading { importWh } } } } } }`,
  `{ statement(participant: "${at.id('Participant', at.participant(1))}", from: "${iso(START_MS)}", to: "${iso(START_MS + 10 * QUARTER)}") { billMicros retailOnlyMicros savingIsNegative lines { lineId quantityWh amountMicros } } }`,
  `{ readings(connection: "${at.id('Connection', at.homes(0))}", first: 10) { edges { node { start importWh exportWh quality revision } } } }`,
];

sayWithoutPostgres();
const withServer = postgresPrograms() ? describe : describe.skip;
withServer('the same community on both databases', () => {
  let server: PostgresServer;
  let embedded: GatewayFixture;
  let served: GatewayFixture;
  beforeAll(async () => {
    server = await PostgresServer.start();
    embedded = await GatewayFixture.open();
    served = await GatewayFixture.open(undefined, false, await server.database('gateway'));
  });
  afterAll(async () => {
    await embedded.close();
    await served.close();
    await server.stop();
  });

  const ROLES: Role[] = ['HOST', 'PARTICIPANT', 'NETWORK_OPERATOR', 'METERING_DATA_PROVIDER', 'REGULATOR'];
  test.each(ROLES)('a %s gets the same answers', async (role) => {
    expect(served.database.kind).toBe('postgres');
    const [one, other] = [await embedded.token(role, 1), await served.token(role, 1)];
    for (const query of queries(embedded)) {
      const [expected, seen] = [await embedded.ask(one, query), await served.ask(other, query)];
      expect(expected.errors).toBeUndefined();
      expect([query, seen.data, seen.errors]).toEqual([query, expected.data, undefined]);
    }
  });

  test('a reader’s statement ends when its time is over, a writer’s does not', async () => {
    const database = await Database.open({
      databaseUrl: await server.database('timed'),
      statementMs: 50,
    });
    const error = await sql`select pg_sleep(600)`.execute(database.db).catch((caught: unknown) => caught);
    expect(isTimedOut(error)).toBe(true);
    expect(masked({ message: (error as Error).message }, error, true)).toEqual({
      message: ERRORS.TOO_COMPLEX.message,
      extensions: { code: 'TOO_COMPLEX', retry: 'NEVER' },
    });
    const { rows } = await database.transaction((session) => session.run('show statement_timeout'));
    expect(rows).toEqual([{ statement_timeout: '0' }]);
    await database.close();
  });

  test('writes are read back at their height', async () => {
    const answer = await served.data<{ participantRegister: { receipt: { height: string }; id: string } }>(
      await served.token('HOST'),
      'mutation($input: ParticipantRegisterInput!) { participantRegister(input: $input) { id receipt { height } userErrors { code } } }',
      { input: { participantId: 'late', idempotencyKey: served.key7() } },
    );
    const { id, receipt } = answer.participantRegister;
    const { node } = await served.data<{ node: unknown }>(
      await served.token('HOST'),
      'query($id: ID!) { node(id: $id) { id } }',
      { id },
      { 'gridbook-min-height': receipt.height },
    );
    expect(node).toEqual({ id });
  });
});
