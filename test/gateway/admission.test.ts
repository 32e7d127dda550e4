/** What a token says of its holder opens nothing by itself (A2): the ledger must have admitted its organisation. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Role } from '../../schema/command.js';
import { OFFICE } from '../scenarios/world.js';
import { GatewayFixture } from './fixture.js';

let at: GatewayFixture;
beforeAll(async () => {
  at = await GatewayFixture.open({ homes: 2 });
});
afterAll(() => at.close());

/** How many accounts, markets and blocks an organisation sees in a role. */
async function seen(role: Role, organisation: string, height = '0'): Promise<number[]> {
  const { data } = await at.ask(
    await at.token(role, 0, organisation),
    '{ accounts(first: 100) { edges { cursor } } markets(first: 100) { edges { cursor } } blocks(first: 100) { edges { cursor } } }',
    {},
    { 'gridbook-min-height': height },
  );
  return Object.values(data as unknown as Record<string, { edges: unknown[] }>).map(
    ({ edges }) => edges.length,
  );
}

/** The regulator admits an organisation as one, or ends that; answers from which height on it shows. */
async function setRegulator(organisation: string, admitted: boolean): Promise<string> {
  const { result } = await at.data<{ result: { userErrors: unknown[]; receipt: { height: string } } }>(
    await at.token('REGULATOR'),
    `mutation($input: OrganisationRoleSetInput!) {
      result: organisationRoleSet(input: $input) { userErrors { code } receipt { height } } }`,
    {
      input: {
        ...{ organisation, role: 'REGULATOR', admitted, reason: 'shares the work' },
        ...{ lane: at.at.world.lane, idempotencyKey: at.key7() },
      },
    },
  );
  expect(result.userErrors).toEqual([]);
  return result.receipt.height;
}

test('a regulator is who was admitted as one, not who says so', async () => {
  const [accounts, markets, blocks] = await seen('REGULATOR', OFFICE);
  expect(Math.min(accounts, markets, blocks)).toBeGreaterThan(0);
  for (const role of ['REGULATOR', 'MARKET_OPERATOR', 'DISTRIBUTOR'] as const)
    expect([role, await seen(role, 'Someone')]).toEqual([role, [0, 0, 0]]);
});

test('and only for as long as it is', async () => {
  expect(await seen('REGULATOR', 'Someone', await setRegulator('Someone', true))).not.toContain(0);
  expect(await seen('REGULATOR', 'Someone', await setRegulator('Someone', false))).toEqual([0, 0, 0]);
  expect(await seen('REGULATOR', 'Someone', await setRegulator('Someone', true))).not.toContain(0);
});
