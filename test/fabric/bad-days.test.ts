/** Bad days of a network: what is wrong is said in a sentence, and nothing is started or read that would be wrong. */
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../api/demo/commands.js';
import type { FabricTransaction } from '../../network/fabric/block.js';
import { ClientIdentity } from '../../network/fabric/client-identity.js';
import {
  bringDown,
  bringUp,
  FabricLedger,
  Layout,
  networkStatus,
  restartNode,
  stopNode,
  type NetworkPlan,
  type ProcessStatus,
  type Programs,
} from '../../network/fabric/index.js';
import { isFree, LOOPBACK } from '../../network/fabric/listen-address.js';
import { authorityOf } from '../../network/fabric/nodes.js';
import { PeerClient } from '../../network/fabric/peer-client.js';
import { CHAINCODE, CHANNEL } from '../../network/fabric/plan.js';
import { issue, issueAuthority, type KeyPair, type Subject } from '../../network/x509/issue.js';
import { encodeBatch } from '../../schema/command.js';
import { STATE } from '../../schema/contract.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { Forwarder } from '../faults/fabric/forwarder.js';
import { until } from '../faults/fabric/until.js';
import { runCommand } from './command.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const HOUR_MS = 3_600_000;

onFabric('a network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-bad-days-'));
  const layout = new Layout(join(folder, 'network'));
  const identity = { organisation: 'Brightwater', role: 'HOST' };
  let plan: NetworkPlan;
  const up = (
    step: (what: string) => void = () => undefined,
    version?: string,
    orderer?: string,
  ): Promise<NetworkPlan> => {
    const found = programs as Programs;
    const paths = { ...found.paths, ...(orderer === undefined ? {} : { orderer }) };
    return bringUp({
      ...{ folder: layout.root, programs: { paths, version: version ?? found.version }, step },
      ...{ organisations: 1, peers: 2, orderers: 1, basePort: 32_000 },
    });
  };
  const status = (): Promise<ProcessStatus[]> => networkStatus(layout, plan);
  const running = async (): Promise<number> => (await status()).filter(({ pid }) => pid !== undefined).length;

  beforeAll(async () => {
    // Whatever an `up` leaves undone, the next one does.
    for (let last = 1; last <= 5; last++) {
      let count = 0;
      const interrupted = up(() => {
        if (++count === last) throw new Error('interrupted');
      });
      await expect(interrupted).rejects.toThrow('interrupted');
    }
    plan = await up();
  });
  afterAll(async () => {
    await bringDown(layout, { wipe: true });
    rmSync(folder, { recursive: true, force: true });
  });

  async function taking<T>(port: number, work: () => Promise<T>): Promise<T> {
    await until('the port is free', () => isFree(port));
    const server: Server = createServer().listen(port, LOOPBACK);
    await once(server, 'listening');
    try {
      return await work();
    } finally {
      server.close();
    }
  }

  /** A program that starts an orderer when another one has its port, whose pid it writes. */
  function lateOrderer(port: number, pidFile: string): string {
    const listen = `require('node:net').createServer().listen(${port}, '${LOOPBACK}', () => require('node:fs').writeFileSync('${pidFile}', String(process.pid)))`;
    const program = join(folder, 'late-orderer');
    const { orderer } = (programs as Programs).paths;
    writeFileSync(
      program,
      `#!/bin/sh\n'${process.execPath}' -e "${listen}" &\nwhile [ ! -s '${pidFile}' ]; do :; done\nexec '${orderer}'\n`,
      { mode: 0o700 },
    );
    return program;
  }

  /** The client's certificate is another one meanwhile. */
  async function withCertificate(pair: KeyPair, work: () => Promise<void>): Promise<void> {
    const msp = join(layout.identity('Brightwater', 'HOST'), 'msp');
    const files = [join(msp, 'signcerts', 'cert.pem'), join(msp, 'keystore', 'key.pem')];
    const before = files.map((file) => readFileSync(file));
    const put = (contents: readonly (string | Buffer)[]): void =>
      files.forEach((file, i) => writeFileSync(file, contents[i]));
    put([pair.certificatePem, pair.keyPem]);
    try {
      await work();
    } finally {
      put(before);
    }
  }
  const subject: Subject = {
    ...{ organisation: 'Brightwater', commonName: 'HOST', unit: 'client' },
    attributes: { role: 'HOST' },
  };

  test('whose `up` was interrupted after each of its steps is whole after the next', async () => {
    expect((await status()).map(({ health }) => health)).toEqual(Array(4).fill('ok'));
  });

  test('a port of which was taken between two starts names process and port, and starts nothing', async () => {
    await bringDown(layout, { wipe: false });
    const [peer] = plan.organisations[0].peers;
    await taking(peer.port, async () => {
      await expect(up()).rejects.toThrow(
        `Another program has port ${peer.port}, which peer0.Brightwater needs: end that program.`,
      );
    });
    expect(await running()).toBe(0);
    // Taken after it was looked at: by the time the orderer listens, somebody else does.
    const { adminPort } = plan.orderers[0];
    const late = join(folder, 'late');
    const racing = up(undefined, undefined, lateOrderer(adminPort, late));
    await expect(racing).rejects.toThrow(`Another program has port ${adminPort}, which orderer0 needs`);
    process.kill(Number(readFileSync(late, 'utf8')), 'SIGKILL');
    await up();
    const { chaincodePort } = plan.organisations[0];
    await stopNode(layout, 'chaincode.Brightwater');
    await taking(chaincodePort, async () => {
      const args = ['network', 'restart', '--dir', layout.root, 'chaincode.Brightwater'];
      const { code, err } = await runCommand(args, { HOME: process.env.HOME ?? '' });
      expect([code, err]).toEqual([3, expect.stringContaining(`Another program has port ${chaincodePort}`)]);
    });
    await up();
  });

  test('made with another version of the programs names both, and starts nothing', async () => {
    await expect(up(undefined, 'v3.1.4')).rejects.toThrow(
      `made with Fabric ${plan.fabric}, the programs are v3.1.4`,
    );
    const restarted = restartNode(layout, { ...(programs as Programs), version: 'v3.1.4' }, plan, 'orderer0');
    await expect(restarted).rejects.toThrow('the programs are v3.1.4');
    await up();
  });

  test('that has lost a key, or its plan, is not made anew over what is left', async () => {
    const key = join(
      layout.peer(plan.organisations[0], plan.organisations[0].peers[1]).folder,
      'tls',
      'key.pem',
    );
    for (const [file, sentence] of [
      [key, /The key of peer1\.Brightwater \(TLS\) is lost: bring it back from a copy/],
      [layout.plan, /has keys but no network\.json: bring it back from a copy/],
    ] as const) {
      renameSync(file, `${file}.aside`);
      await expect(up()).rejects.toThrow(sentence);
      renameSync(`${file}.aside`, file);
    }
  });

  test('a certificate of which has expired is named, by `up` and by the client', async () => {
    const ca = join(layout.organisation('Brightwater'), 'ca');
    const [certificatePem, keyPem] = ['cert.pem', 'key.pem'].map((name) =>
      readFileSync(join(ca, name), 'utf8'),
    );
    const [from, to] = [2, 1].map((hours) => new Date(Date.now() - hours * HOUR_MS));
    await withCertificate(await issue({ certificatePem, keyPem }, subject, from, to), async () => {
      await expect(FabricLedger.open(layout.root)).rejects.toThrow(
        /^the certificate of HOST of Brightwater expired on .*: put a renewed one in its place$/,
      );
      await expect(up()).rejects.toThrow(/Expired: .*HOST.*cert\.pem/);
    });
  });

  test('a certificate of which is of another authority is named by `up`, and refused by the channel', async () => {
    const other = await issueAuthority('Brightwater', new Date(Date.now() - HOUR_MS));
    const pair = await issue(other, subject, new Date(Date.now() - HOUR_MS));
    await withCertificate(pair, async () => {
      await expect(FabricLedger.open(layout.root)).rejects.toThrow(
        'the channel does not know the certificate of HOST of Brightwater',
      );
      await expect(up()).rejects.toThrow(/Of another authority than its organisation’s: .*HOST.*cert\.pem/);
    });
  });

  describe('a peer of which lags', () => {
    let link: Forwarder;
    let ledger: FabricLedger;
    const lagOf = async (name: string): Promise<number | undefined> =>
      (await status()).find((row) => row.name === name)?.lag;

    /** What the peer itself has at a key. */
    async function heldAt(port: number, key: string): Promise<Buffer> {
      const client = new PeerClient(`${LOOPBACK}:${port}`, Buffer.from(authorityOf(layout, 'Brightwater')));
      const as = ClientIdentity.read('Brightwater', layout.identity('Brightwater', 'HOST'));
      const args = [STATE, key];
      try {
        return await client.evaluate(as, { channel: CHANNEL, chaincode: CHAINCODE, args });
      } finally {
        client.close();
      }
    }

    beforeAll(async () => {
      // From here on the first peer has blocks through a forwarder.
      const [orderer] = plan.orderers;
      const [organisation] = plan.organisations;
      link = await Forwarder.start(orderer.port);
      const settings = join(layout.peer(organisation, organisation.peers[0]).folder, 'core.yaml');
      const authority = join(layout.orderer(orderer).folder, 'tls', 'ca.pem');
      const [from, to] = [orderer.port, link.port].map((port) => `"${LOOPBACK}:${port}"`);
      const override = `{from: ${from}, to: ${to}, caCertsFile: ${JSON.stringify(authority)}}`;
      const changed = readFileSync(settings, 'utf8').replace(
        /deliveryclient: \{/,
        `deliveryclient: {addressOverrides: [${override}], `,
      );
      writeFileSync(settings, changed);
      await restartNode(layout, programs as Programs, plan, 'peer0.Brightwater');
      await until('the peer is level', async () => (await lagOf('peer0.Brightwater')) === 0);
      ledger = await FabricLedger.open(layout.root);
    });
    afterAll(async () => {
      await ledger?.close();
      link?.close();
    });

    test('shows its lag; old state is not read from it, nor from it alone', async () => {
      link.hold();
      const args = encodeBatch('Brightwater', [
        commandOf(participantRegister, { participantId: 'unseen by the first' }),
      ]);
      const committed = await ledger.submit({ lane: 'Brightwater', identity, args });
      const { writes } = committed as FabricTransaction;
      const [key, value] = writes[0];
      expect(await lagOf('peer0.Brightwater')).toBeGreaterThan(0);
      expect(await lagOf('peer1.Brightwater')).toBe(0);
      const [first] = plan.organisations[0].peers;
      expect(await heldAt(first.port, key)).not.toEqual(Buffer.from(value));
      expect(Buffer.from((await ledger.readState(key)) ?? [])).toEqual(Buffer.from(value));
      await stopNode(layout, 'peer1.Brightwater');
      await expect(ledger.readState(key)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
      await restartNode(layout, programs as Programs, plan, 'peer1.Brightwater');
      link.release();
      await until('the peer is level', async () => (await lagOf('peer0.Brightwater')) === 0);
      expect(await heldAt(first.port, key)).toEqual(Buffer.from(value));
    });
  });
});
