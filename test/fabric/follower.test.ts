/** What is seen of a peer by its blocks. */
import { beforeAll, expect, test } from '@jest/globals';
import { common, peer } from '@hyperledger/fabric-protos';
import { commandOf } from '../../api/demo/commands.js';
import { serializeIdentity } from '../../network/embedded/identity.js';
import { BlockTimes } from '../../network/fabric/block-times.js';
import { Follower } from '../../network/fabric/follower.js';
import { CHAINCODE, CHANNEL } from '../../network/fabric/plan.js';
import { UnsignedProposal } from '../../network/fabric/proposal.js';
import { issue, issueAuthority } from '../../network/x509/issue.js';
import { encodeBatch } from '../../schema/command.js';
import { SUBMIT } from '../../schema/contract.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { fakeSource, rawChain } from './fakes.js';
import { endorsementOf } from './wire.js';

let creator: Buffer;
beforeAll(async () => {
  const now = new Date();
  const authority = await issueAuthority('A', now);
  const subject = {
    organisation: 'A',
    commonName: 'c',
    unit: 'client',
    attributes: { role: 'HOST' },
  } as const;
  const { certificatePem } = await issue(authority, subject, now);
  creator = serializeIdentity('A', certificatePem);
});

/** An envelope of a batch, and its transaction's id. */
function batch(): { id: string; bytes: Uint8Array } {
  const args = encodeBatch('A', [commandOf(participantRegister, { participantId: 'p' })]);
  const call = { channel: CHANNEL, chaincode: CHAINCODE, args: [SUBMIT, args] };
  const proposal = new UnsignedProposal({ creator }, call);
  const endorsed = endorsementOf(proposal, { creator, sign: () => Buffer.from('signature') });
  const payload = new common.Payload();
  payload.setHeader(proposal.header);
  payload.setData(proposal.transactionOf([endorsed]).serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return { id: proposal.transactionId, bytes: envelope.serializeBinary() };
}

function fill(block: common.Block, envelopes: readonly Uint8Array[], codes: readonly number[]): void {
  const data = new common.BlockData();
  data.setDataList([...envelopes]);
  block.setData(data);
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([new Uint8Array(0), new Uint8Array(0), Uint8Array.from(codes)]);
  block.setMetadata(metadata);
}

test('a transaction that nobody can read hides neither its block, nor what stands beside it and after it', async () => {
  const { VALID, MVCC_READ_CONFLICT } = peer.TxValidationCode;
  const blocks = rawChain(9);
  const [before, beside, after] = [batch(), batch(), batch()];
  const unreadable = Uint8Array.of(0xff, 0xff, 0xff);
  const codes = [VALID, VALID, MVCC_READ_CONFLICT];
  fill(blocks[4], [before.bytes, unreadable, beside.bytes], codes);
  fill(blocks[6], [after.bytes], [VALID]);
  const { source } = fakeSource((from) => blocks.slice(from));
  const times = new BlockTimes(3, { own: 'A', organisations: () => ['A'] });
  const at = { name: 'peer0', port: 1, operationsPort: 2 };
  const follower = new Follower({ ...source, first: undefined, organisation: 'A', peer: at, times }, 3);
  const heard: unknown[] = [];
  for (const { id } of [before, beside, after])
    follower.watch(id, {
      committed: (_, { block, index, code }) => heard.push([block, index, code]),
      changed: () => undefined,
    });
  for (let waits = 0; follower.height < 9 && waits < 1_000; waits++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  expect([follower.height, times.highest, follower.failure]).toEqual([9, 9, undefined]);
  expect(heard).toEqual([
    [4, 0, VALID],
    [4, 2, MVCC_READ_CONFLICT],
    [6, 0, VALID],
  ]);
  follower.stop();
});
