/** `import`, `settle`, `export`, `rebuild` and `check` on the channel of a network, as on the embedded ledger. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, msp, orderer, type peer } from '@hyperledger/fabric-protos';
import type { Proven } from '../../api/main/check/proof.js';
import { dataFolderAt, holdFolder } from '../../api/main/data-folder.js';
import { Database } from '../../api/readmodel/database.js';
import { contentDigest } from '../../api/readmodel/rebuild.js';
import { channelConfig } from '../../network/fabric/channel-config.js';
import { ClientIdentity } from '../../network/fabric/client-identity.js';
import { bringDown, bringUp, FabricLedger, Layout, readPlan } from '../../network/fabric/index.js';
import { CHAINCODE, CHANNEL, type NetworkPlan, type OrganisationPlan } from '../../network/fabric/plan.js';
import { serializeIdentity } from '../../network/embedded/identity.js';
import { Trust } from '../../network/fabric/trust.js';
import { openEnvelope, verifyTransaction } from '../../network/fabric/verify-envelope.js';
import { ChannelVerification } from '../../network/fabric/verify.js';
import { issueAuthority } from '../../network/x509/issue.js';
import { revocationList, serialOf } from '../../network/x509/revoke.js';
import { PING } from '../../schema/contract.js';
import {
  FIRST_MS,
  gridbook,
  HOMES,
  QUARTER_MS,
  writeSmallCommunity,
  type Ended,
} from '../main/in-process.js';
import { LONG } from '../metering/files.js';
import { fabricPrograms } from './programs.js';
import { endorsedByItsMaker, endorsementOf, Wire, withId } from './wire.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;

/** The channel as it is once an organisation gave a list of what it revoked. */
function revoked(config: common.Config, organisation: string, list: Uint8Array): common.Config {
  const members = config.getChannelGroup()?.getGroupsMap().get('Application')?.getGroupsMap();
  const value = members?.get(organisation)?.getValuesMap().get('MSP');
  const outer = msp.MSPConfig.deserializeBinary(value?.getValue_asU8() ?? Buffer.of());
  const inner = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
  inner.setRevocationListList([list]);
  outer.setConfig(inner.serializeBinary());
  value?.setValue(outer.serializeBinary());
  return config;
}

onFabric('on a network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-ordinary-'));
  const network = join(folder, 'network');
  const data = join(folder, 'data');
  const exported = join(folder, 'exported.csv');
  const on = (...args: string[]): Promise<Ended> =>
    gridbook([...args, '--ledger', 'fabric', '--network', network, '--data', data]);
  const give = (name: string, ...lines: string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, `${[LONG, ...lines].join('\n')}\n`);
    return path;
  };
  const reading = (home: string, quarter: number, importWh: number): string =>
    `${home},${new Date(FIRST_MS + quarter * QUARTER_MS).toISOString()},900,${importWh},0,ACTUAL`;

  beforeAll(async () => {
    await bringUp({
      ...{ folder: network, programs: programs as NonNullable<typeof programs>, basePort: 29_050 },
      ...{ organisations: 3, peers: 1, orderers: 1, step: () => undefined },
    });
    const community = writeSmallCommunity(join(folder, 'community'));
    expect(await on('demo', '--community', community)).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await bringDown(new Layout(network), { wipe: true });
    rmSync(folder, { recursive: true, force: true });
  });

  test('what `export` writes comes back by `import` unchanged, as the provider that the lane names', async () => {
    expect(await on('export', 'readings', '--output', exported)).toMatchObject({ code: 0 });
    expect(readFileSync(exported, 'utf8').trim().split('\n')).toHaveLength(1 + 12);
    const again = await on('import', exported, '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ read: 12, unchanged: 12, recorded: 0 });
  });

  test('an interval that gets its readings is settled, once', async () => {
    const file = give('more.csv', ...HOMES.map((home) => reading(home, 4, 100)));
    expect(await on('import', file)).toMatchObject({ code: 0, out: expect.stringContaining('3 recorded') });
    const settled = await on('settle', '--json');
    expect([settled.code, JSON.parse(settled.out)]).toEqual([
      0,
      { settled: 1, refused: 0, refusedByCode: {}, stale: 0 },
    ]);
    expect(await on('settle')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 intervals settled'),
    });
  });

  test('the read model made anew has the content that it had', async () => {
    const content = async (): Promise<string> => {
      const database = await Database.connect({ directory: dataFolderAt(data).readModel });
      return contentDigest(database).finally(() => database.close());
    };
    const before = await content();
    const { code, out } = await on('rebuild', '--json');
    expect([code, JSON.parse(out)]).toMatchObject([0, { contentDigest: before }]);
  });

  test('a folder in use is told to those who write; those who read need none', async () => {
    const lock = await holdFolder(dataFolderAt(data));
    try {
      for (const args of [['settle'], ['import', exported], ['rebuild']]) {
        expect(await on(...args)).toMatchObject({
          code: 3,
          err: expect.stringContaining('in use by a running Gridbook'),
        });
      }
      const statements = await on('export', 'statements');
      expect([statements.code, statements.out.trim().split('\n').length]).toEqual([0, 1 + 15]);
    } finally {
      await lock.release();
    }
  });

  test('a token is made with the key of the folder, for a participant of the channel', async () => {
    const made = (participant: string): Promise<Ended> =>
      on('token', '--role', 'PARTICIPANT', '--organisation', 'Brightwater', '--participant', participant);
    expect(await made(HOMES[0])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/),
    });
    expect(await made('nobody')).toMatchObject({
      code: 3,
      err: expect.stringContaining('no participant of that id'),
    });
  });

  test('`check` proves the channel from its peers, and that its state is theirs', async () => {
    const { code, out, err } = await on('check', '--json');
    expect([code, err]).toEqual([0, expect.anything()]);
    const {
      ok,
      ledger: facts,
      proven,
    } = JSON.parse(out) as { ok: boolean; ledger: object; proven: Proven[] };
    const ledger = await FabricLedger.open(network);
    expect([ok, facts]).toMatchObject([
      true,
      {
        ...{ height: ledger.height(), stateDigest: await ledger.stateDigest() },
        organisations: ['Brightwater', 'EnergyOffice', 'Gridline'],
        peers: ['peer0.Brightwater', 'peer0.Gridline', 'peer0.EnergyOffice'],
      },
    ]);
    await ledger.close();
    const rules = proven.map(({ rule }) => rule);
    for (const rule of ['chain', 'K7', 'K6', 'E1', 'K2', 'TOK-01']) expect(rules).toContain(rule);
  });

  test('what a peer gives and nobody signed, ordered or endorsed so is named by its block', async () => {
    const ledger = await FabricLedger.open(network);
    const blocks: Uint8Array[] = [];
    const ending = new AbortController();
    for await (const raw of ledger.rawBlocks(0, ending.signal)) {
      if (blocks.push(raw.serializeBinary()) === ledger.height()) break;
    }
    ending.abort();
    await ledger.close();
    const last = blocks.length - 1;
    /** What is said where the last block is another one. */
    const said = (change: (block: common.Block) => common.Block | undefined): string => {
      const verification = new ChannelVerification();
      const given = change(common.Block.deserializeBinary(blocks[last]));
      try {
        for (const bytes of blocks.slice(0, last)) verification.take(common.Block.deserializeBinary(bytes));
        if (given) verification.take(given);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    /** Metadata of its kind, changed; the block of the same bytes otherwise. */
    const metadata = (index: number, bytes: Uint8Array) => (block: common.Block) => {
      const list = [...(block.getMetadata()?.getMetadataList_asU8() ?? [])];
      list[index] = bytes;
      block.getMetadata()?.setMetadataList(list);
      return block;
    };
    const envelope = (change: (open: common.Envelope) => void) => (block: common.Block) => {
      const [bytes] = block.getData()?.getDataList_asU8() ?? [];
      const open = common.Envelope.deserializeBinary(bytes);
      change(open);
      block.getData()?.setDataList([open.serializeBinary()]);
      return block;
    };
    const { SIGNATURES, TRANSACTIONS_FILTER, COMMIT_HASH } = common.BlockMetadataIndex;
    expect(said((block) => block)).toBe('');
    expect(said(envelope((open) => open.setSignature(Buffer.of(1))))).toContain('the data hash is wrong');
    expect(said(metadata(SIGNATURES, Buffer.of()))).toContain('no orderer of the channel signed');
    expect(said(metadata(TRANSACTIONS_FILTER, Buffer.of(11)))).toContain('a validation code is wrong');
    expect(said(metadata(TRANSACTIONS_FILTER, Buffer.of(10)))).toContain('the commit hash is wrong');
    expect(said(metadata(COMMIT_HASH, Buffer.of()))).toContain(`the commit hash is wrong (block ${last}`);
    const moved = (block: common.Block): common.Block => {
      block.getHeader()?.setPreviousHash(Buffer.alloc(32));
      return block;
    };
    expect(said(moved)).toContain('does not follow');
    expect(said(() => common.Block.deserializeBinary(blocks[last - 1]))).toContain('a block is missing');
  });

  test('what an envelope says of its maker and endorsers is believed where they signed it', async () => {
    const at = new Wire(network);
    const admin = ClientIdentity.read('Brightwater', new Layout(network).identity('Brightwater', 'admin'));
    const trust = new Trust(await channelConfig(at.peers[0], admin));
    const said = (made: common.Envelope, by = trust): string => {
      try {
        verifyTransaction(openEnvelope(made.serializeBinary()), by, CHAINCODE);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    const nobody = await issueAuthority('Nobody', new Date(0));
    const stranger = serializeIdentity('Nobody', nobody.certificatePem);
    const proposal = at.proposal([PING]);
    const [first, second] = await at.endorse(proposal);
    expect(said(proposal.transaction([first, second]))).toBe('');
    expect(said(proposal.transaction([first]))).toContain('1 organisations endorsed it, and 2 must');
    expect(said(proposal.transaction([first, first]))).toContain('1 organisations endorsed it');
    // A client endorses nothing.
    expect(said(proposal.transaction([first, endorsedByItsMaker(proposal, at.identity)]))).toContain('1 org');
    // Peers pass over an endorsement that nobody of the channel made, and the transaction is valid.
    for (const endorser of [stranger, Buffer.of(0xff)]) {
      const beside = endorsementOf(proposal, { creator: endorser, sign: () => Buffer.of(1) });
      expect(said(proposal.transaction([first, second, beside]))).toBe('');
      expect(said(proposal.transaction([first, beside]))).toContain('1 organisations endorsed it');
    }
    // Another chaincode's peers may say what they like of their own state, and of this one's what a majority says.
    const [{ name, peers }] = (readPlan(new Layout(network)) as NetworkPlan).organisations;
    const peerOf = new Layout(network).peer({ name } as OrganisationPlan, peers[0]);
    const oneOf = (writes: readonly string[]): peer.ProposalResponse =>
      endorsementOf(proposal, ClientIdentity.read(name, peerOf.folder), { chaincode: 'other', writes });
    expect(said(proposal.transaction([oneOf(['other'])]))).toBe('');
    expect(said(proposal.transaction([oneOf(['other', CHAINCODE])]))).toContain(
      '1 organisations endorsed it',
    );
    const given = at.proposal([PING]);
    const beside = endorsementOf(given, { creator: stranger, sign: () => Buffer.of(1) });
    const commits = at.peers[0].commits(admin, CHANNEL);
    await at.orderer.broadcast(given.transaction([...(await at.endorse(given)), beside]));
    expect(await commits.codeOf(given.transactionId)).toBe(0);
    commits.close();
    const other = at.proposal([PING]);
    expect(said(other.transaction([first, second]))).toContain('not what was proposed');
    const forged = proposal.transaction([first, second]);
    forged.setSignature(admin.sign(forged.getPayload_asU8()));
    expect(said(forged)).toContain('not that of the creator');
    expect(said(withId(at.identity, proposal.transactionId))).toContain('the transaction id');
    // Whom its organisation revoked signs nothing from then on.
    const layout = new Layout(network);
    const ca = (file: string): string =>
      readFileSync(join(layout.organisation('Brightwater'), 'ca', file), 'utf8');
    const client = join(layout.identity('Brightwater', 'HOST'), 'msp', 'signcerts', 'cert.pem');
    const serial = await serialOf(readFileSync(client, 'utf8'));
    const pair = { certificatePem: ca('cert.pem'), keyPem: ca('key.pem') };
    const list = await revocationList(pair, [{ serial, timeMs: Date.now() }], new Date());
    // A certificate among the orderers' may hold any letters.
    const lettered = await channelConfig(at.peers[0], admin);
    const values = lettered.getChannelGroup()?.getGroupsMap().get('Orderer')?.getValuesMap();
    const consensus = orderer.ConsensusType.deserializeBinary(
      values?.get('ConsensusType')?.getValue_asU8() ?? Buffer.of(),
    );
    consensus.setMetadata(Buffer.from('…BFT…'));
    values?.get('ConsensusType')?.setValue(consensus.serializeBinary());
    expect(new Trust(lettered).isByzantine).toBe(false);
    consensus.setType('BFT');
    values?.get('ConsensusType')?.setValue(consensus.serializeBinary());
    expect(new Trust(lettered).isByzantine).toBe(true);
    const config = revoked(await channelConfig(at.peers[0], admin), 'Brightwater', list);
    expect(said(proposal.transaction([first, second]), new Trust(config))).toContain('is revoked');
    at.close();
  });

  test('a network that is not there, or does not answer, is told in a sentence', async () => {
    for (const args of [['settle'], ['export', 'trades'], ['rebuild'], ['import', exported], ['check']]) {
      const nowhere = ['--ledger', 'fabric', '--network', join(folder, 'nowhere'), '--data', data];
      expect(await gridbook([...args, ...nowhere])).toMatchObject({
        code: 3,
        err: expect.stringMatching(/^There is no network in .*\n$/),
      });
    }
  });
});
