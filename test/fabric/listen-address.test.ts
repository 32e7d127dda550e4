/** Where nodes listen: what others could not reach is refused before anything is made. */
import 'reflect-metadata';
import { afterAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Layout, newOrganisation, readPlan, type NetworkPlan } from '../../network/fabric/index.js';
import { makeKeys, write } from '../../network/fabric/keys.js';
import { LOOPBACK } from '../../network/fabric/listen-address.js';
import { makePlan } from '../../network/fabric/plan.js';
import { runCommand } from './command.js';

const VERSION = 'v3.1.5';
const folder = mkdtempSync(join(tmpdir(), 'gridbook-listen-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = { organisations: 1, peers: 1, orderers: 1, basePort: 31_600 };
const newcomer = (name: string, host: string) => ({
  ...{ folder: join(folder, name), name, role: 'HOST', peers: 1, basePort: 31_650, host },
});

describe('an address', () => {
  test.each([
    ['0.0.0.0', /others cannot reach nodes at 0\.0\.0\.0: give the address/],
    ['0', /others cannot reach/],
    ['*', /others cannot reach/],
    ['::', /takes no IPv6 address/],
    ['fd00::1', /takes no IPv6 address/],
    ['127.0.0.256', /no IPv4 address and no host name/],
    ['127.1', /no IPv4 address and no host name/],
    ['a b', /no IPv4 address and no host name/],
    // Kept for examples: no machine has it.
    ['192.0.2.1', /no interface of this machine has the address/],
  ])('%s is refused, and nothing is made', async (host, sentence) => {
    await expect(makePlan({ ...SMALL, host }, VERSION)).rejects.toThrow(sentence);
    await expect(newOrganisation(newcomer('Refused', host), VERSION)).rejects.toThrow(sentence);
    expect(existsSync(join(folder, 'Refused'))).toBe(false);
  });

  test('that others cannot reach is wrong usage of `up` and `org new`', async () => {
    for (const command of [['up'], ['org', 'new', '--name', 'SunCo']]) {
      const args = ['network', ...command, '--dir', join(folder, 'none'), '--listen', '0.0.0.0'];
      const { code, err } = await runCommand(args);
      expect([code, err]).toEqual([2, expect.stringContaining('others cannot reach nodes at 0.0.0.0')]);
    }
  });
});

test.each([
  ['address', LOOPBACK, `IP Address:${LOOPBACK}`],
  ['host name', 'localhost', 'DNS:localhost'],
])('an %s stands in the plan and in the certificates of the nodes', async (_, host, name) => {
  const layout = new Layout(join(folder, name));
  const plan = await makePlan({ ...SMALL, host }, VERSION);
  expect(plan.host).toBe(host);
  await makeKeys(layout, plan);
  const [organisation] = plan.organisations;
  const nodes = [layout.peer(organisation, organisation.peers[0]), layout.orderer(plan.orderers[0])];
  for (const node of nodes) {
    const { subjectAltName } = new X509Certificate(readFileSync(join(node.folder, 'tls', 'cert.pem')));
    expect(subjectAltName?.split(', ')).toContain(name);
  }
});

test('a newcomer’s definition names it, and its nodes are not started elsewhere', async () => {
  const options = newcomer('SunCo', 'localhost');
  const { anchor } = await newOrganisation(options, VERSION);
  expect(anchor.host).toBe('localhost');
  const args = ['network', 'join', 'none.json', '--dir', options.folder, '--listen', LOOPBACK];
  const { code, err } = await runCommand(args);
  expect([code, err]).toEqual([2, expect.stringContaining('made to listen at localhost')]);
});

test('a plan of an older version, which names none, is of nodes on loopback that agree by raft', async () => {
  const layout = new Layout(join(folder, 'old'));
  const plan = await makePlan(SMALL, VERSION);
  write(layout.plan, JSON.stringify({ ...plan, host: undefined, consensus: undefined }));
  expect(readPlan(layout) as NetworkPlan).toMatchObject({ host: LOOPBACK, consensus: 'raft' });
});
