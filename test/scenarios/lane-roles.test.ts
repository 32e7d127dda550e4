/** A1, A2: who acts in a lane is decided there, whatever certificates say of their holders. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Args, OrganisationRole } from '../../schema/command.js';
import { sparkzTransfer } from '../../schema/trade/money.js';
import { connectionRegister, networkRegister, organisationRoleSet } from '../../schema/trade/registration.js';
import { Community } from './community.js';
import { resetLimits, setLimits } from './limits.js';
import {
  host,
  HOST,
  MINUTE,
  OFFICE,
  operator,
  OPERATOR,
  participant,
  provider,
  regulator,
  START_MS,
  uuidAt,
  type Giver,
  type Outcome,
} from './world.js';

let at: Community;
beforeEach(async () => {
  at = await Community.open({ homes: 2 });
});
afterEach(() => at.world.close());

const setRole = (
  giver: Giver,
  organisation: string,
  role: OrganisationRole,
  admitted = true,
): Promise<Outcome> =>
  at.world.give(giver, organisationRoleSet, { organisation, role, admitted, reason: 'r' } as Args<
    typeof organisationRoleSet
  >);
const codeOf = async (outcome: Promise<Outcome>): Promise<string> => (await outcome).code;
const network = (giver: Giver, networkId: string): Promise<Outcome> =>
  at.world.give(giver, networkRegister, {
    ...{ networkId, intervalSeconds: 900, timeZone: 'UTC', priceCapMicrosPerMWh: null },
  } as Args<typeof networkRegister>);
const transfer = (giver: Giver, key: string): Promise<Outcome> =>
  at.world.give(
    giver,
    sparkzTransfer,
    { from: at.homes[0].wallet, to: at.homes[1].wallet, amountMicros: 10 } as Args<typeof sparkzTransfer>,
    key,
  );

describe('an organisation without standing', () => {
  const rogue: Giver = { organisation: 'RogueGrid', role: 'NETWORK_OPERATOR' };

  test('does nothing in the lane, whatever its certificate calls it', async () => {
    const roles = ['HOST', 'NETWORK_OPERATOR', 'METERING_DATA_PROVIDER', 'REGULATOR'] as const;
    for (const role of roles) {
      await expect(network({ organisation: 'RogueGrid', role }, 'n')).rejects.toMatchObject({
        code: 'NOT_ADMITTED',
      });
    }
    // Neither does one in a role that it was not admitted in; the host is no regulator of itself.
    for (const organisation of [HOST, OPERATOR]) {
      await expect(network({ organisation, role: 'REGULATOR' }, 'n')).rejects.toMatchObject({
        code: 'NOT_ADMITTED',
      });
    }
  });

  test('moves no ledger time', async () => {
    const { now } = at.world;
    at.world.at(now + 10 * MINUTE);
    await expect(network(rogue, 'n')).rejects.toMatchObject({ code: 'NOT_ADMITTED' });
    // An hour ago by the lane's time would be too old, had the attempt counted.
    at.world.at(now - 10 * MINUTE);
    expect(await codeOf(network(operator, 'own'))).toBe('OK');
  });

  test('is nobody’s metering data provider', async () => {
    const outcome = await at.world.give(operator, connectionRegister, {
      ...{ meterId: 'm', participant: at.homes[0].participant, network: at.network, zone: 'z1' },
      ...{ meteringDataProvider: 'RogueMeters', sanctionedLoadW: 1, generationCapacityW: 1 },
      validFrom: START_MS,
    } as Args<typeof connectionRegister>);
    expect([outcome.code, outcome.field]).toEqual(['NOT_ADMITTED', 'meteringDataProvider']);
  });
});

test('K1 who gives a command for a participant that it does not host spoils no key of that participant', async () => {
  await at.mint(0, 1_000);
  const key = uuidAt(at.world.now);
  const other: Giver = { ...operator, actor: at.homes[0].participant };
  expect(await codeOf(transfer(other, key))).toBe('NOT_AUTHORISED');
  expect(await codeOf(transfer(participant(at.homes[0].participant), key))).toBe('OK');
  // And is not answered with what the participant's own command came to.
  expect(await codeOf(transfer({ ...provider, actor: at.homes[0].participant }, key))).toBe('NOT_AUTHORISED');
});

describe('organisationRoleSet', () => {
  test('the host admits, and ends it; what the organisation did stays', async () => {
    const newcomer: Giver = { organisation: 'Newcomer', role: 'NETWORK_OPERATOR' };
    expect(await codeOf(setRole(host, 'Newcomer', 'NETWORK_OPERATOR'))).toBe('OK');
    expect(await codeOf(setRole(host, 'Newcomer', 'NETWORK_OPERATOR'))).toBe('WRONG_STATE');
    expect(await codeOf(network(newcomer, 'n'))).toBe('OK');
    expect(await codeOf(setRole(host, 'Newcomer', 'NETWORK_OPERATOR', false))).toBe('OK');
    await expect(network(newcomer, 'm')).rejects.toMatchObject({ code: 'NOT_ADMITTED' });
    expect(await codeOf(setRole(host, 'Newcomer', 'NETWORK_OPERATOR'))).toBe('OK');
    expect(await codeOf(network(newcomer, 'n'))).toBe('ALREADY_EXISTS');
  });

  test('nobody but the host admits operators and providers', async () => {
    expect(await codeOf(setRole(regulator, 'Friend', 'NETWORK_OPERATOR'))).toBe('NOT_AUTHORISED');
    expect(await codeOf(setRole(host, 'OtherHost', 'HOST'))).toBe('OK');
    const otherHost: Giver = { organisation: 'OtherHost', role: 'HOST' };
    expect(await codeOf(setRole(otherHost, 'Friend', 'NETWORK_OPERATOR'))).toBe('NOT_AUTHORISED');
  });

  test('A3 a host has one regulator’s oversight for good: only regulators admit or end regulators', async () => {
    expect(await codeOf(setRole(host, 'Friend', 'REGULATOR'))).toBe('NOT_AUTHORISED');
    expect(await codeOf(setRole(host, OFFICE, 'REGULATOR', false))).toBe('NOT_AUTHORISED');
    expect(await codeOf(setRole(regulator, OFFICE, 'REGULATOR', false))).toBe('NOT_AUTHORISED');
    expect(await codeOf(setRole(regulator, 'SecondOffice', 'REGULATOR'))).toBe('OK');
    expect(await codeOf(setRole(regulator, OFFICE, 'REGULATOR', false))).toBe('OK');
  });

  test('A2 the host neither oversees nor measures itself, and stays the host of its lane', async () => {
    expect(await codeOf(setRole(host, HOST, 'METERING_DATA_PROVIDER'))).toBe('NOT_AUTHORISED');
    expect(await codeOf(setRole(regulator, HOST, 'REGULATOR'))).toBe('NOT_AUTHORISED');
    expect(await codeOf(setRole(host, HOST, 'HOST', false))).toBe('NOT_AUTHORISED');
  });

  test('a lane takes a bounded number of organisations, with places that only regulators take (K8)', async () => {
    // Six are in the lane.
    setLimits({ organisationsPerLane: 9, regulatorsPerLane: 1 });
    try {
      const codes: string[] = [];
      for (const name of ['a', 'b', 'c']) codes.push(await codeOf(setRole(host, name, 'NETWORK_OPERATOR')));
      expect(codes).toEqual(['OK', 'OK', 'LANE_FULL']);
      expect(await codeOf(setRole(regulator, 'd', 'REGULATOR'))).toBe('OK');
      expect(await codeOf(setRole(regulator, 'e', 'REGULATOR'))).toBe('LANE_FULL');
      // Who is in it goes on.
      expect(await codeOf(network(operator, 'n'))).toBe('OK');
    } finally {
      resetLimits();
    }
  });
});
