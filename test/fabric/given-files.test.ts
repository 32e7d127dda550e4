/** Files that other organisations give are read with care: nothing in them is used that is not of its form. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import {
  acceptInvitation,
  adding,
  describeUpdate,
  Layout,
  newOrganisation,
  readDefinition,
  readInvitation,
  readPlan,
  readUpdate,
  removing,
  whyNotSigned,
  type NetworkPlan,
} from '../../network/fabric/index.js';
import { groupOf } from '../../network/fabric/organisation-group.js';

const VERSION = 'v3.1.5';
let folder: string;
let definition: Awaited<ReturnType<typeof newOrganisation>>;
const plan = (): NetworkPlan => readPlan(new Layout(folder)) as NetworkPlan;

beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'gridbook-given-')), 'newcomer');
  const options = { folder, name: 'SunCo', role: 'HOST', peers: 1, basePort: 20_050 };
  definition = await newOrganisation(options, VERSION);
});
afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

function given(value: object): string {
  const path = join(folder, '..', 'given.json');
  writeFileSync(path, JSON.stringify(value));
  return path;
}
const invitation = () => ({
  ...{ format: 'gridbook-invitation-1', organisation: 'SunCo', channel: 'energy', fabric: VERSION },
  ...{
    genesisBlock: Buffer.from('first').toString('base64'),
    orderers: [{ host: '127.0.0.1', port: 7_050 }],
  },
  ordererAuthorityPem: definition.authorityPem,
});

test('a definition is read back as it was made', () => {
  expect(readDefinition(given(definition))).toEqual(definition);
});

test.each([
  ['a name that leads out of the folder', { name: '../../elsewhere' }],
  ['a name that Fabric takes for no group', { name: 'A_B' }],
  ['no name', { name: undefined }],
  ['no certificate', { authorityPem: 'garbage' }],
  ['a port that is none', { anchor: { host: '127.0.0.1', port: 70_000 } }],
  ['no anchor', { anchor: undefined }],
])('a definition with %s is refused', (_, change: object) => {
  expect(() => readDefinition(given({ ...definition, ...change }))).toThrow('is damaged');
});

test('a file of another form is refused by the form that is wanted', () => {
  expect(() => readDefinition(given(invitation()))).toThrow('not a file of the form gridbook-organisation-1');
  expect(() => readUpdate(given(definition))).toThrow('not a file of the form gridbook-channel-update-1');
});

test('an update about a name that leads out of the folder is refused, and one without signatures in a list', () => {
  const update = { format: 'gridbook-channel-update-1', subject: 'SunCo', update: '', signatures: [] };
  expect(readUpdate(given(update))).toEqual(update);
  expect(() => readUpdate(given({ ...update, subject: '../x' }))).toThrow('is damaged');
  expect(() => readUpdate(given({ ...update, signatures: 'none' }))).toThrow('is damaged');
});

test('an update that the channel has taken already is said to be so, and any other that is not as it says', () => {
  /** A channel in which organisations of these names take part. */
  const channel = (...names: readonly string[]): common.Config => {
    const group = new common.ConfigGroup();
    const application = new common.ConfigGroup();
    for (const name of names) application.getGroupsMap().set(name, groupOf({ ...definition, name }));
    group.getGroupsMap().set('Application', application);
    const config = new common.Config();
    config.setChannelGroup(group);
    return config;
  };
  const said = (update: common.ConfigUpdate, config: common.Config): string | undefined => {
    const bytes = Buffer.from(update.serializeBinary()).toString('base64');
    const pending = readUpdate(
      given({ ...{ format: 'gridbook-channel-update-1', subject: 'SunCo' }, update: bytes, signatures: [] }),
    );
    return describeUpdate(config, pending) ?? whyNotSigned(config, pending);
  };
  const [without, within] = [channel('Other'), channel('Other', 'SunCo')];
  const [addition, removal] = [adding(without, definition), removing(within, 'SunCo')];
  expect(said(addition, without)).toBe('adds the organisation SunCo');
  expect(said(addition, within)).toBe('SunCo takes part already: there is nothing to sign');
  expect(said(addition, channel('Other', 'More'))).toContain('made for another state of the channel');
  expect(said(removal, within)).toBe('removes the organisation SunCo');
  expect(said(removal, without)).toContain('SunCo takes no part as it is');
});

test('an invitation is taken by whom it is for, and not again into another channel', () => {
  const read = (change: object = {}): ReturnType<typeof readInvitation> =>
    readInvitation(given({ ...invitation(), ...change }));
  expect(() => read({ orderers: [] })).toThrow('is damaged');
  expect(() => read({ consensus: 'by lot' })).toThrow('is damaged');
  const layout = new Layout(folder);
  expect(() => acceptInvitation(layout, plan(), read({ organisation: 'Other' }))).toThrow('here is SunCo');
  expect(existsSync(layout.genesisBlock)).toBe(false);
  acceptInvitation(layout, plan(), read());
  // An older version does not say how the orderers agree.
  expect(plan().consensus).toBe('raft');
  acceptInvitation(layout, plan(), read({ consensus: 'bft' }));
  expect(plan().consensus).toBe('bft');
  const other = read({ genesisBlock: Buffer.from('another').toString('base64') });
  expect(() => acceptInvitation(layout, plan(), other)).toThrow('takes part in another channel already');
});

test('an organisation of a name that Fabric would not take is not made', async () => {
  const options = { folder: join(folder, 'x'), name: 'A_B', role: 'HOST', peers: 1, basePort: 20_050 };
  await expect(newOrganisation(options, VERSION)).rejects.toThrow('letters, digits, dots and dashes');
  expect(existsSync(join(folder, 'x'))).toBe(false);
});
