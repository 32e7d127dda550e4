/** Certificates that are about to end are renewed while transactions flow. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  holdersOf,
  isAnother,
  isDue,
  shownAt,
  type CertificateHolder,
} from '../../network/fabric/certificate-holders.js';
import { ClientIdentity } from '../../network/fabric/client-identity.js';
import { consentersOf } from '../../network/fabric/consenters.js';
import {
  bringDown,
  bringUp,
  issueIdentity,
  Layout,
  networkStatus,
  readPlan,
  renewCertificates,
  revokeIdentity,
  stopNode,
  type NetworkPlan,
  type NodeWork,
} from '../../network/fabric/index.js';
import { notBefore } from '../../network/fabric/keys.js';
import { LOOPBACK } from '../../network/fabric/listen-address.js';
import { allProcesses } from '../../network/fabric/nodes.js';
import { OrdererAdministration } from '../../network/fabric/orderer-administration.js';
import { CHAINCODE, CHANNEL } from '../../network/fabric/plan.js';
import { Proposal } from '../../network/fabric/proposal.js';
import { runningPid, startProcess, stopProcess } from '../../network/fabric/processes.js';
import { renewed } from '../../network/x509/renew.js';
import { PING } from '../../schema/contract.js';
import { runCommand } from './command.js';
import { fabricPrograms } from './programs.js';
import { SteadyLoad } from './steady-load.js';
import { Wire } from './wire.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const PATIENCE_MS = 600_000;
const DAY_MS = 86_400_000;

onFabric('while transactions flow', () => {
  let folder: string;
  let layout: Layout;
  let plan: NetworkPlan;
  const now = new Date();
  const starting = { programs: programs as NonNullable<typeof programs>, step: () => undefined };
  const work = (step: NodeWork['step'] = starting.step): NodeWork => ({ ...starting, layout, plan, step });
  const holder = (name: string): CertificateHolder =>
    holdersOf(layout, plan).find((each) => each.name === name) as CertificateHolder;
  const certificates = (name: string): string[] =>
    holder(name).files.map(({ certificate }) => readFileSync(certificate, 'utf8'));
  const pids = (): (number | undefined)[] =>
    holdersOf(layout, plan).flatMap(({ node, name }) => (node ? [runningPid(layout, name)] : []));

  /** Gives a holder certificates that end in so many days, as other authorities issue them. */
  async function ending(name: string, days: number): Promise<void> {
    const { files, authority } = holder(name);
    const read = (of: string): string => readFileSync(join(layout.organisation(authority), 'ca', of), 'utf8');
    const pair = { certificatePem: read('cert.pem'), keyPem: read('key.pem') };
    const end = new Date(Date.now() + days * DAY_MS);
    for (const { certificate } of files)
      writeFileSync(certificate, await renewed(pair, readFileSync(certificate, 'utf8'), notBefore(), end));
  }

  const up = (): Promise<NetworkPlan> =>
    bringUp({ ...starting, folder, organisations: 3, peers: 1, orderers: 3, basePort: 30_250 });

  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'gridbook-renewal-')), 'network');
    layout = new Layout(folder);
    await up();
    plan = readPlan(layout) as NetworkPlan;
  }, PATIENCE_MS);
  afterAll(async () => {
    await bringDown(layout, { wipe: true });
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }, PATIENCE_MS);

  /** Renews under load: then every command stands, and what each process shows and the channel knows is what lies there. */
  async function withLoad<T>(change: () => Promise<T>): Promise<T> {
    const load = await SteadyLoad.start(folder);
    let result: T;
    try {
      result = await load.during(change);
    } finally {
      await load.stop();
    }
    expect(await load.audit(layout, plan)).toEqual([]);
    for (const each of holdersOf(layout, plan)) {
      if (each.node)
        expect([each.name, isAnother(each, await shownAt(LOOPBACK, each.node.port))]).toEqual([
          each.name,
          false,
        ]);
      expect([each.name, isDue(each, now.getTime())]).toEqual([each.name, false]);
    }
    const at = new OrdererAdministration(layout, plan);
    const known = consentersOf(await at.blocks.config()).map(({ certificatePem }) => certificatePem);
    at.close();
    expect(new Set(known)).toEqual(new Set(plan.orderers.map(({ name }) => certificates(name)[0])));
    expect((await networkStatus(layout, plan)).filter(({ health }) => health !== 'ok')).toEqual([]);
    return result;
  }

  test(
    'only what ends within 30 days is renewed, with its key, and its process alone starts anew',
    async () => {
      const before = pids();
      expect(await renewCertificates(work(), { now })).toEqual([]);
      expect(pids()).toEqual(before);
      const due = ['HOST.Brightwater', 'chaincode.Gridline', 'peer0.Gridline', 'orderer1'];
      for (const [i, name] of due.entries()) await ending(name, [10, 20, 29, 5][i]);
      await ending('peer0.EnergyOffice', 31);
      const old = due.map(certificates);
      expect(await withLoad(() => renewCertificates(work(), { now }))).toEqual(due);
      for (const [i, name] of due.entries()) {
        const all = certificates(name);
        for (const [j, pem] of all.entries()) {
          const [was, is] = [old[i][j], pem].map((text) => new X509Certificate(text));
          expect(is.serialNumber).not.toBe(was.serialNumber);
          expect([is.subject, is.subjectAltName, is.keyUsage]).toEqual([
            was.subject,
            was.subjectAltName,
            was.keyUsage,
          ]);
          expect(is.publicKey.equals(was.publicKey)).toBe(true);
        }
      }
      // Nothing is lost.
      const [kept] = readdirSync(layout.aside(''));
      expect(
        readFileSync(join(layout.aside(kept), 'organisations/Orderers/orderer1/tls/cert.pem'), 'utf8'),
      ).toBe(old[3][0]);
    },
    PATIENCE_MS,
  );

  test(
    'all are renewed in turn, also where that was interrupted',
    async () => {
      await issueIdentity(layout, plan, { organisation: 'Brightwater', name: 'billing', role: 'HOST' });
      const path = join(layout.identity('Brightwater', 'billing'), 'msp/signcerts/cert.pem');
      const billing = readFileSync(path, 'utf8');
      const names = holdersOf(layout, plan).map(({ name }) => name);
      const old = names.map(certificates);
      await withLoad(async () => {
        const interrupted = renewCertificates(
          work((what) => {
            if (what === 'orderer0 has new certificates') throw new Error('interrupted');
          }),
          { now, all: true },
        );
        await expect(interrupted).rejects.toThrow('interrupted');
        // Nothing ends soon any more: what processes show tells where it was interrupted.
        const steps: string[] = [];
        expect(
          await renewCertificates(
            work((what) => steps.push(what)),
            { now },
          ),
        ).toEqual([]);
        expect(steps).toEqual([
          'orderer0 runs with them',
          'the channel knows the new certificate of orderer0',
        ]);
        expect(await renewCertificates(work(), { now, all: true })).toEqual(names);
      });
      for (const [i, name] of names.entries()) expect([name, certificates(name)]).not.toEqual([name, old[i]]);
      // What was issued by a name is its holder's.
      expect(readFileSync(path, 'utf8')).toBe(billing);
    },
    PATIENCE_MS,
  );

  test(
    'a network whose certificates have all ended comes back by it',
    async () => {
      const minute = 1 / (24 * 60);
      const all = holdersOf(layout, plan);
      for (const { name } of all) await ending(name, -minute);
      // As they were before it: none is started with what has ended.
      for (const spec of allProcesses(layout, starting.programs, plan)) {
        await stopProcess(layout, spec.name);
        startProcess(layout, spec);
      }
      await expect(SteadyLoad.start(folder)).rejects.toThrow();
      expect(await renewCertificates(work(), { now: new Date() })).toEqual(all.map(({ name }) => name));
      // Nodes do not even start with an identity that has ended.
      await up();
      await withLoad(() => renewCertificates(work(), { now: new Date() }));
    },
    PATIENCE_MS,
  );

  test('a client that is revoked is refused by its earlier certificates too', async () => {
    const before = ClientIdentity.read('Gridline', layout.identity('Gridline', 'NETWORK_OPERATOR'));
    await renewCertificates(work(), { now: new Date(now.getTime() + 1), name: 'NETWORK_OPERATOR.Gridline' });
    const after = ClientIdentity.read('Gridline', layout.identity('Gridline', 'NETWORK_OPERATOR'));
    await revokeIdentity(layout, plan, { organisation: 'Gridline', name: 'NETWORK_OPERATOR' }, now);
    const wire = new Wire(folder);
    for (const identity of [before, after]) {
      const proposal = new Proposal(identity, { channel: CHANNEL, chaincode: CHAINCODE, args: [PING] });
      const isTaken = () =>
        wire.peers[1].endorse(proposal).then(
          () => true,
          () => false,
        );
      while (await isTaken()) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    wire.close();
  });

  test(
    'an organisation whose client is revoked has its nodes renewed all the same',
    async () => {
      expect(await renewCertificates(work(), { now: new Date(), name: 'peer0.Gridline' })).toEqual([
        'peer0.Gridline',
      ]);
    },
    PATIENCE_MS,
  );

  test(
    'what cannot be done is told in a sentence, and a process that does not run is not started',
    async () => {
      const run = (...args: string[]) => runCommand(['network', 'cert', 'renew', ...args, '--dir', folder]);
      const said = async (code: number, sentence: string, ...args: string[]): Promise<void> => {
        const ended = await run(...args);
        expect([ended.code, `${ended.out}${ended.err}`]).toEqual([code, expect.stringContaining(sentence)]);
      };
      await said(2, 'Nobody called peer7.Gridline has certificates', 'peer7.Gridline');
      await said(2, 'Give a name or --all', 'orderer0', '--all');
      await said(0, 'No certificate ends within 30 days');
      await stopNode(layout, 'orderer1');
      await said(3, 'Of 3 orderers 2 must agree, and without orderer2 1 answers', 'orderer2');
      await said(0, 'orderer1 does not run; `gridbook network up`', 'orderer1');
      expect(runningPid(layout, 'orderer1')).toBeUndefined();
      await up();
      rmSync(holder('peer0.Gridline').files[1].key);
      await said(3, '`gridbook network peer replace peer0.Gridline` makes it new ones', 'peer0.Gridline');
    },
    PATIENCE_MS,
  );
});
