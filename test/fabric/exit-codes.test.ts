/** What a command ends with: 1 where it refuses, 2 where a name is wrong, 3 where something is missing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Layout, newOrganisation } from '../../network/fabric/index.js';
import { makeKeys, write } from '../../network/fabric/keys.js';
import { makePlan, type NetworkPlan } from '../../network/fabric/plan.js';
import { gridbook } from '../main/in-process.js';

const VERSION = 'v3.1.5';
const PROGRAMS = ['peer', 'orderer', 'configtxgen'];
let folder: string;
/** Has a plan and keys, and nothing that runs. */
let layout: Layout;
let newcomer: Layout;
let definition: Awaited<ReturnType<typeof newOrganisation>>;
let plan: NetworkPlan;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gridbook-exit-codes-'));
  layout = new Layout(join(folder, 'network'));
  plan = await makePlan({ organisations: 2, peers: 1, orderers: 1, basePort: 20_150 }, VERSION);
  write(layout.plan, JSON.stringify(plan));
  await makeKeys(layout, plan);
  write(layout.genesisBlock, 'a block');
  newcomer = new Layout(join(folder, 'newcomer'));
  const options = { folder: newcomer.root, name: 'SunCo', role: 'HOST', peers: 1, basePort: 20_250 };
  definition = await newOrganisation(options, VERSION);
  programs('fabric', VERSION);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Programs that tell of their version and do nothing. */
function programs(name: string, version: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  for (const each of PROGRAMS) {
    writeFileSync(join(place, each), `#!/bin/sh\necho " Version: ${version}"\n`);
    chmodSync(join(place, each), 0o755);
  }
  return place;
}

async function ends(at: Layout, args: readonly string[], code: number, said: string): Promise<void> {
  const environment = { FABRIC_BIN: join(folder, 'fabric') };
  const ended = await gridbook(['network', ...args, '--dir', at.root], environment);
  expect([args, ended.code, ended.err]).toEqual([args, code, expect.stringContaining(said)]);
}

test('a name that is not there is wrong usage, and the names that are there are told', async () => {
  const processes = 'peer0.Brightwater, peer0.Gridline';
  for (const command of ['stop', 'restart', 'logs']) await ends(layout, [command, 'nosuch'], 2, processes);
  const [first, second] = plan.organisations.map(({ name }) => name);
  const here = `those of ${first}, ${second} are`;
  const issue = ['identity', 'issue', '--role', 'HOST', '--name', 'billing', '--org'];
  for (const args of [
    [...issue, 'Nosuch'],
    ['peer', 'add', '--org', 'Nosuch'],
    ['identity', 'revoke', '--name', 'billing', '--org', 'Nosuch'],
  ])
    await ends(layout, args, 2, here);
  await ends(layout, ['orderer', 'replace', 'orderer9'], 2, 'there are orderer0');
  await ends(layout, ['peer', 'replace', 'peer9'], 2, processes);
  await ends(layout, ['snapshot', 'peer9'], 2, processes);
  await ends(layout, ['cert', 'renew', 'nosuch'], 2, 'Nobody called nosuch');
  await ends(layout, ['identity', 'revoke', '--org', first, '--name', 'nosuch'], 2, 'there are HOST');
});

test('a network that is down is said to be so at once, by the name of what does not run', async () => {
  const down = 'peer0.Brightwater does not run; `gridbook network up` starts it.\n';
  const sunCo = join(folder, 'definition.json');
  writeFileSync(sunCo, JSON.stringify(definition));
  await ends(layout, ['snapshot'], 3, down);
  await ends(
    layout,
    ['org', 'add', sunCo],
    3,
    'peer0.Brightwater, peer0.Gridline do not run; `gridbook network up`',
  );
  await ends(layout, ['upgrade'], 3, down);
});

test('a network that is there keeps its size, ports and names', async () => {
  for (const [option, value, said] of [
    ['--orgs', '5', 'has 2 organisations; name another folder'],
    ['--peers', '2', 'has 1 peer of each organisation'],
    ['--base-port', '20160', 'has its ports from 20150 on'],
    ['--organisation', 'SunCo', 'is Brightwater'],
  ])
    await ends(layout, ['up', option, value], 2, said);
});

test('the first organisation of a new network has the name that it is given, unless another one has it', async () => {
  const sizes = { organisations: 2, peers: 1, orderers: 1, basePort: 20_450 };
  const { organisations } = await makePlan({ ...sizes, organisation: 'SunCo' }, VERSION);
  expect(organisations.map(({ name, role }) => [name, role])).toEqual([
    ['SunCo', 'HOST'],
    ['Gridline', 'NETWORK_OPERATOR'],
  ]);
  const none = new Layout(join(folder, 'nameless'));
  const up = ['up', '--organisation'];
  await ends(none, [...up, 'A_B'], 2, 'of letters, digits, dots and dashes');
  await ends(none, [...up, 'Orderers'], 2, 'is the name of the orderers');
  await ends(none, [...up, 'Gridline'], 2, 'is the name of another organisation here');
  expect(existsSync(none.root)).toBe(false);
});

test('what is refused ends with 1', async () => {
  const given = (value: object): string => {
    const path = join(folder, 'given.json');
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const invitation = {
    ...{ format: 'gridbook-invitation-1', organisation: 'Other', channel: 'energy', fabric: VERSION },
    ...{ genesisBlock: Buffer.from('first').toString('base64'), consensus: 'raft' },
    orderers: [{ host: '127.0.0.1', port: 7_050 }],
    ordererAuthorityPem: definition.authorityPem,
  };
  await ends(newcomer, ['join', given(invitation)], 1, 'is for Other');
  write(newcomer.genesisBlock, 'another');
  const own = { ...invitation, organisation: 'SunCo' };
  await ends(newcomer, ['join', given(own)], 1, 'takes part in another channel already');
  await ends(layout, ['org', 'add', given(invitation)], 1, 'is not a file of the form');
  await ends(layout, ['org', 'add', folder], 1, 'is a folder, and no file of the form');
  const program = join(folder, 'fabric', 'peer');
  await ends(layout, ['org', 'add', program], 1, 'is no JSON, and so not a file of the form');
  await ends(layout, ['org', 'add', join(folder, 'nowhere')], 3, 'there is no such file');
});

test('a backup that is damaged ends with 1, and restores nothing', async () => {
  const backup = join(folder, 'backup');
  const into = new Layout(join(folder, 'restored'));
  await ends(layout, ['backup', backup], 0, 'settings');
  const file = join(backup, 'network.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('Brightwater', 'Brightwither'));
  await ends(into, ['restore', backup], 1, 'The backup is damaged: network.json');
  expect(existsSync(into.root)).toBe(false);
});

test('orderers that agree by BFT are not added yet, which is a refusal', async () => {
  const bft = new Layout(join(folder, 'bft'));
  const planned = await makePlan(
    { organisations: 1, peers: 1, orderers: 4, basePort: 20_350, consensus: 'bft' },
    VERSION,
  );
  write(bft.plan, JSON.stringify(planned));
  await ends(bft, ['orderer', 'add'], 1, 'neither added nor replaced yet');
});

test('programs of another version are refused; where $FABRIC_BIN names none, doctor says what `up` says', async () => {
  const FABRIC_BIN = programs('older', 'v2.5.12');
  const up = (environment: Record<string, string>): ReturnType<typeof gridbook> =>
    gridbook(['network', 'up', '--dir', join(folder, 'none')], environment);
  expect(await up({ FABRIC_BIN })).toMatchObject({ code: 1, err: expect.stringContaining('not supported') });
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  for (const place of [empty, join(folder, 'missing'), join(folder, 'fabric', 'peer')]) {
    const environment = { FABRIC_BIN: place, PATH: join(folder, 'fabric') };
    const said = `FABRIC_BIN names ${place}, where peer, orderer and configtxgen are not.`;
    expect(await up(environment)).toMatchObject({ code: 3, err: `${said}\n` });
    const doctor = await gridbook(['network', 'doctor', '--dir', empty], environment);
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(new RegExp(`^problem +Programs +${said}$`, 'm'));
  }
});
