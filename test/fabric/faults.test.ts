/** A few faults of a real network; all of them are in `npm run test:faults -- --ledger fabric`. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../api/demo/commands.js';
import { FabricLedger } from '../../network/fabric/index.js';
import { encodeBatch } from '../../schema/command.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { compileInto } from '../embedded/compile.js';
import type { Fault } from '../faults/fabric/faults.js';
import { faultRun, type FaultReport } from '../faults/fabric/run.js';
import { HOST, LANE } from '../faults/fabric/words.js';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;

const register = (participantId: string): Uint8Array =>
  encodeBatch(LANE, [commandOf(participantRegister, { participantId })]);

/** What was seen while a peer of the organisation was paused. */
const seen: { block?: number; inStream?: boolean; closed?: boolean } = {};

const pausedPeer: Fault = {
  ...{ name: 'peer-paused', what: 'one of two peers of the writer’s organisation is paused' },
  async inject({ network, load }) {
    const ledger = await FabricLedger.open(network.view);
    const ending = new AbortController();
    const stream = ledger.blocks(ledger.height(), ending.signal);
    network.signal('peer0.Brightwater', 'SIGSTOP');
    try {
      // Beside the writer another client of the same lane meets conflicts.
      while (seen.block === undefined) {
        const request = { lane: LANE, identity: HOST, args: register('beside') };
        seen.block = await ledger.submit(request).then(
          ({ block }) => block,
          () => undefined,
        );
      }
      for await (const { number } of stream) {
        seen.inStream = number === seen.block;
        if (seen.inStream) break;
      }
      await ledger.close();
      seen.closed = true;
      await load.more(20);
    } finally {
      network.signal('peer0.Brightwater', 'SIGCONT');
    }
  },
};

const killedOrderer: Fault = {
  ...{ name: 'orderer-killed', what: 'an orderer is killed' },
  async inject({ network, load }) {
    const [orderer] = network.orderers;
    await network.kill(orderer);
    await load.more(20);
    await network.start(orderer);
  },
};

const killedWriter: Fault = {
  ...{ name: 'writer-killed', what: 'the writer is killed twice' },
  async inject({ load }) {
    for (let i = 0; i < 2; i++) {
      await load.more(5);
      await load.killWriter();
    }
  },
};

onFabric('a network with two peers an organisation, under load', () => {
  let folder: string;
  let report: FaultReport;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gridbook-fabric-faults-'));
    const program = join(folder, 'program');
    mkdirSync(program);
    const parts = ['schema', 'chaincode', 'network', 'api', 'test/faults/fabric'];
    compileInto(join(import.meta.dirname, '../..'), program, parts);
    report = await faultRun({
      ...{ programs: programs as NonNullable<typeof programs>, peers: 2, basePort: 19_050, all: false },
      faults: [pausedPeer, killedOrderer, killedWriter],
      ...{ pauseSeconds: 0, writer: join(program, 'test/faults/fabric/writer.js') },
      progress: () => undefined,
    });
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('what was acknowledged is on every peer exactly once, and all peers agree', () => {
    expect(report.rows.map(({ fault, violations }) => [fault, violations])).toEqual([
      ...[
        ['peer-paused', []],
        ['orderer-killed', []],
        ['writer-killed', []],
      ],
    ]);
    expect(report.acknowledged).toBeGreaterThan(100);
  });

  test('beside a paused peer its sister serves writes and blocks, and closing does not hang', () => {
    expect(seen).toEqual({ block: expect.any(Number), inStream: true, closed: true });
  });
});
