/** A real consortium: organisations in folders of their own that share no private key come together in one channel. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  acceptInvitation,
  adding,
  Administration,
  bringDown,
  bringUp,
  describeUpdate,
  FabricLedger,
  invitationFor,
  Layout,
  networkStatus,
  newOrganisation,
  readDefinition,
  readInvitation,
  readPlan,
  readUpdate,
  removing,
  startNetwork,
  type NetworkPlan,
} from '../../network/fabric/index.js';
import { commandOf } from '../../api/demo/commands.js';
import { encodeBatch } from '../../schema/command.js';
import { organisationsOf } from '../../network/fabric/channel-config.js';
import { isFree, LOOPBACK } from '../../network/fabric/listen-address.js';
import { partsOf } from '../../network/fabric/taking-part.js';
import { PING } from '../../schema/contract.js';
import { GridbookError } from '../../schema/errors.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { runCommand } from './command.js';
import { fabricPrograms } from './programs.js';
import { Wire } from './wire.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const BASE_PORT = 26_050;
/** Each folder's nodes listen at another address where the system has more than one for loopback. */
const hostOf = (i: number): string => (process.platform === 'linux' ? `127.0.0.${i + 2}` : LOOPBACK);
const NEWCOMERS = [
  { name: 'Gridline', role: 'NETWORK_OPERATOR' },
  { name: 'EnergyOffice', role: 'REGULATOR' },
  { name: 'Meterworks', role: 'METERING_DATA_PROVIDER' },
];

onFabric('four organisations, each in a folder of its own', () => {
  let root: string;
  const folderOf = (name: string): string => join(root, name);
  const layoutOf = (name: string): Layout => new Layout(folderOf(name));
  const planOf = (name: string): NetworkPlan => readPlan(layoutOf(name)) as NetworkPlan;
  const given = (name: string): string => join(root, name);
  const starting = { programs: programs as NonNullable<typeof programs>, step: () => undefined };
  const names = ['Brightwater', ...NEWCOMERS.map(({ name }) => name)];

  /** Registers a participant in the lane of an organisation; what conflicts is tried anew, as a lane does. */
  async function register(ledger: FabricLedger, lane: string, participantId: string) {
    const args = encodeBatch(lane, [commandOf(participantRegister, { participantId })]);
    for (;;) {
      try {
        return await ledger.submit({ lane, identity: { organisation: lane, role: 'HOST' }, args });
      } catch (error) {
        if (!(error instanceof GridbookError) || error.code !== 'MVCC_CONFLICT') throw error;
      }
    }
  }

  async function administer<T>(name: string, work: (at: Administration) => Promise<T>): Promise<T> {
    const at = new Administration(layoutOf(name), planOf(name));
    try {
      return await work(at);
    } finally {
      at.close();
    }
  }

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'gridbook-four-'));
    await bringUp({
      ...{ ...starting, folder: folderOf('Brightwater'), basePort: BASE_PORT },
      ...{ organisations: 1, peers: 1, orderers: 1, host: hostOf(0) },
    });
  });
  afterAll(async () => {
    for (const name of names) await bringDown(layoutOf(name), { wipe: true });
    rmSync(root, { recursive: true, force: true });
  });

  test('join one after the other, each signed in by a majority of those before it', async () => {
    const founder = await FabricLedger.open(folderOf('Brightwater'));
    for (const [i, { name, role }] of NEWCOMERS.entries()) {
      const where = {
        folder: folderOf(name),
        peers: 1,
        basePort: BASE_PORT + 100 * (i + 1),
        host: hostOf(i + 1),
      };
      const definition = await newOrganisation({ ...where, name, role }, starting.programs.version);
      writeFileSync(given('definition'), JSON.stringify(definition));
      let result = await administer('Brightwater', async (at) =>
        at.propose(adding(await at.config(), readDefinition(given('definition'))), name),
      );
      // One of one; two of two; two of three.
      expect([result.signedBy.length, result.needed]).toEqual([1, Math.floor((i + 1) / 2) + 1]);
      if (!result.isDone) {
        writeFileSync(given('update'), JSON.stringify(result.pending));
        result = await administer('Gridline', async (at) => {
          const update = readUpdate(given('update'));
          expect(describeUpdate(await at.config(), update)).toBe(`adds the organisation ${name}`);
          return at.sign(update);
        });
      }
      expect(result.isDone).toBe(true);
      const inviting = i === 0 ? 'Brightwater' : 'Gridline';
      const invitation = invitationFor(layoutOf(inviting), planOf(inviting), name);
      writeFileSync(given('invitation'), JSON.stringify(invitation));
      const plan = acceptInvitation(layoutOf(name), planOf(name), readInvitation(given('invitation')));
      await startNetwork(layoutOf(name), plan, starting);
      // A gateway that runs hears of it, and has what it writes endorsed by the new majority.
      await register(founder, 'Brightwater', `after-${name}`);
      expect(founder.organisations).toHaveLength(i + 2);
    }
    await founder.close();
    for (const name of names) {
      const rows = await networkStatus(layoutOf(name), planOf(name));
      expect(rows.map(({ health }) => health)).toEqual(rows.map(() => 'ok'));
    }
  });

  test('listen each at its own address, where the others know it', async () => {
    const seen = await administer('Brightwater', async (at) => organisationsOf(await at.config()));
    for (const [i, name] of names.entries()) {
      const { port } = planOf(name).organisations[0].peers[0];
      expect(seen.find((organisation) => organisation.name === name)?.anchor).toEqual({
        host: hostOf(i),
        port,
      });
      expect(await isFree(port, hostOf(i))).toBe(false);
      if (hostOf(i) !== LOOPBACK) expect(await isFree(port)).toBe(true);
    }
  });

  test('write through their own gateways, and have the same state', async () => {
    const digests: string[] = [];
    for (const name of names) {
      const ledger = await FabricLedger.open(folderOf(name));
      expect([...ledger.organisations].sort()).toEqual([...names].sort());
      const { valid } = await register(ledger, name, `at-${name}`);
      expect(valid).toBe(true);
      await ledger.close();
    }
    for (const name of names) {
      const ledger = await FabricLedger.open(folderOf(name));
      digests.push(await ledger.stateDigest());
      await ledger.close();
    }
    expect(new Set(digests).size).toBe(1);
  });

  test('share no private key', () => {
    const keys = names.map((name) => {
      const files = readdirSync(folderOf(name), { recursive: true, encoding: 'utf8' });
      const paths = files
        .filter((file) => file.endsWith('key.pem'))
        .map((file) => join(folderOf(name), file));
      for (const path of paths) expect(statSync(path).mode & 0o777).toBe(0o600);
      return paths.map((path) => readFileSync(path, 'utf8'));
    });
    expect(keys.every((of) => of.length > 0)).toBe(true);
    const all = keys.flat();
    expect(new Set(all).size).toBe(all.length);
    for (const file of ['definition', 'update', 'invitation'])
      expect(readFileSync(given(file), 'utf8')).not.toMatch(/PRIVATE KEY/);
  });

  test('endorse together: what the newest and two others endorse is committed', async () => {
    const wires = ['Meterworks', 'EnergyOffice', 'Gridline'].map((name) => new Wire(folderOf(name)));
    const [own] = wires;
    const proposal = own.proposal([PING]);
    const responses = (await Promise.all(wires.map((wire) => wire.endorse(proposal)))).flat();
    const commits = own.peers[0].commits(own.identity, 'energy');
    await own.orderer.broadcast(proposal.transaction(responses));
    expect(await commits.codeOf(proposal.transactionId)).toBe(0);
    // Two of four are no majority.
    const short = own.proposal([PING]);
    const two = (await Promise.all(wires.slice(0, 2).map((wire) => wire.endorse(short)))).flat();
    await own.orderer.broadcast(short.transaction(two));
    expect(await commits.codeOf(short.transactionId)).not.toBe(0);
    commits.close();
    for (const wire of wires) wire.close();
  });

  test('starting again finds everything as it was', async () => {
    for (const name of names) await bringDown(layoutOf(name), { wipe: false });
    for (const name of names) await startNetwork(layoutOf(name), planOf(name), starting);
  });

  test('an update that says it removes an organisation, and changes a rule too, is signed by nobody', async () => {
    const pending = await administer('Brightwater', async (at) => {
      const update = removing(await at.config(), 'EnergyOffice');
      const rules = update.getWriteSet()?.getGroupsMap().get('Application')?.getPoliciesMap();
      const endorsement = rules?.get('Endorsement');
      endorsement?.setVersion(endorsement.getVersion() + 1);
      return at.propose(update, 'EnergyOffice');
    });
    // Whoever made it may also hide that it did.
    for (const update of [pending.pending, { ...pending.pending, signatures: [] }]) {
      const signing = administer('Gridline', (at) => at.sign(update));
      await expect(signing).rejects.toThrow('no plain addition or removal');
    }
  });

  test('an update that was made for another state of the channel is refused in a sentence', async () => {
    const old = await administer('Brightwater', async (at) =>
      at.propose(removing(await at.config(), 'EnergyOffice'), 'EnergyOffice'),
    );
    expect(old).toMatchObject({ isDone: false, needed: 3 });
    let removed = await administer('Brightwater', async (at) =>
      at.propose(removing(await at.config(), 'Meterworks'), 'Meterworks'),
    );
    for (const name of ['Gridline', 'EnergyOffice'])
      removed = await administer(name, (at) => at.sign(removed.pending));
    expect(removed.isDone).toBe(true);
    const late = administer('Gridline', (at) => at.sign(old.pending));
    await expect(late).rejects.toThrow('made for another state of the channel');
  });

  test('an organisation that was removed is told so, though its own peer knows nothing of it', async () => {
    const at = (...args: string[]) => runCommand(['network', ...args, '--dir', folderOf('Meterworks')]);
    const status = await at('status');
    expect([status.code, status.out]).toEqual([
      1,
      expect.stringMatching(/peer0\.Meterworks .*its organisation takes no part in the channel +\d+ +\d/),
    ]);
    // How far the others are is told to those who take part, and to nobody else.
    const [row] = await networkStatus(layoutOf('Meterworks'), planOf('Meterworks'));
    expect(row.lag).toBeUndefined();
    const [part] = await partsOf(layoutOf('Gridline'), planOf('Gridline'), ['Gridline']);
    const [other] = await networkStatus(layoutOf('Gridline'), planOf('Gridline'));
    expect(part).toEqual({ isRefused: false, height: other.height });
    expect([other.health, other.lag, Number(row.height) < Number(other.height)]).toEqual(['ok', 0, true]);
    const takesNoPart = expect.stringContaining('Meterworks takes no part in the channel any more');
    const up = await at('up');
    expect([up.code, up.err, up.out]).toEqual([1, takesNoPart, '']);
    const doctor = await at('doctor');
    expect([doctor.code, doctor.out]).toEqual([1, takesNoPart]);
    // What it has is its own: it can be copied.
    expect(await at('backup', given('copy'))).toMatchObject({ code: 0 });
  });

  test('one that adds the last signature to its own removal is told that it is taken', async () => {
    const { pending } = await administer('Brightwater', async (at) =>
      at.propose(removing(await at.config(), 'EnergyOffice'), 'EnergyOffice'),
    );
    const update = given('own.json');
    writeFileSync(update, JSON.stringify(pending));
    const dir = folderOf('EnergyOffice');
    const signed = await runCommand(['network', 'org', 'sign', update, '--dir', dir]);
    expect([signed.code, signed.err, signed.out]).toEqual([
      0,
      '',
      expect.stringMatching(
        /2 signatures, 2 are enough\.\nThe channel has taken the update\.\nWhat this folder/,
      ),
    ]);
  });

  test('an organisation that was removed endorses nothing any more', async () => {
    const wires = ['Meterworks', 'Brightwater'].map((name) => new Wire(folderOf(name)));
    const [removed, other] = wires;
    await expect(other.peers[0].endorse(removed.proposal([PING]))).rejects.toThrow();
    for (const wire of wires) wire.close();
  });
});
