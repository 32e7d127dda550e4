/** A lane takes a bounded number of organisations (K8): whoever is in it goes on. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Args } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import { connectionRegister, networkRegister } from '../../schema/trade/registration.js';
import { Community } from './community.js';
import { operator, PROVIDER, START_MS, type Outcome } from './world.js';

const limits = LIMITS as { organisationsPerLane: number };
const usual = LIMITS.organisationsPerLane;
let at: Community;
beforeEach(async () => {
  at = await Community.open();
  limits.organisationsPerLane = 5;
});
afterEach(async () => {
  limits.organisationsPerLane = usual;
  await at.world.close();
});

const connect = (meterId: string, meteringDataProvider: string): Promise<Outcome> =>
  at.world.give(operator, connectionRegister, {
    ...{ meterId, participant: at.homes[0].participant, network: at.network, zone: 'z1' },
    ...{ meteringDataProvider, sanctionedLoadW: 1, generationCapacityW: 1, validFrom: START_MS },
  } as Args<typeof connectionRegister>);

test('providers that an operator makes up cannot fill the page that every transaction writes', async () => {
  // Host, operator and provider are in the lane; two more fit.
  const codes: string[] = [];
  for (let i = 0; i < 4; i++) codes.push((await connect(`m-${i}`, `Made-up-${i}`)).code);
  expect(codes).toEqual(['OK', 'OK', 'LANE_FULL', 'LANE_FULL']);
  expect((await connect('known', PROVIDER)).code).toBe('OK');
  await at.run(START_MS, [
    [100, 0],
    [0, 0],
  ]);
  const late = { organisation: 'Latecomer', role: 'NETWORK_OPERATOR' } as const;
  const network = {
    ...{ networkId: 'n', intervalSeconds: 900, timeZone: 'UTC', priceCapMicrosPerMWh: null },
  } as Args<typeof networkRegister>;
  await expect(at.world.give(late, networkRegister, network)).rejects.toMatchObject({ code: 'LANE_FULL' });
});
