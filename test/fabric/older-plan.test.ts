/** A network made before chaincode told of its health goes on without. */
import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chaincodeHealth } from '../../network/fabric/chaincode-health.js';
import { makeKeys } from '../../network/fabric/keys.js';
import { Layout } from '../../network/fabric/layout.js';
import { chaincodeProcess, processPorts } from '../../network/fabric/nodes.js';
import { makePlan } from '../../network/fabric/plan.js';

test('its chaincode is started without an address for it, and is well while it listens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-older-'));
  const layout = new Layout(folder);
  const plan = await makePlan({ organisations: 1, peers: 1, orderers: 1, basePort: 30_650 }, 'v3.1.5');
  await makeKeys(layout, plan);
  const [now] = plan.organisations;
  const { chaincodeHealthPort, ...older } = now;
  expect(chaincodeHealthPort).toBeGreaterThan(now.chaincodePort);
  expect(chaincodeProcess(layout, now).environment).toHaveProperty(
    'CHAINCODE_HEALTH_ADDRESS',
    `127.0.0.1:${chaincodeHealthPort}`,
  );
  expect(chaincodeProcess(layout, older).environment).not.toHaveProperty('CHAINCODE_HEALTH_ADDRESS');
  const ports = processPorts({ ...plan, organisations: [older] }).at(-1);
  expect(ports?.addresses.map(({ port }) => port)).toEqual([now.chaincodePort]);
  expect(await chaincodeHealth(layout, plan, older)).toBe('does not listen');
  rmSync(folder, { recursive: true, force: true });
});
