/** Stand-ins for what a client of a network meets. */
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import type { BlockSource } from '../../network/fabric/block-stream.js';
import type { FollowedPeer, TransactionWatch } from '../../network/fabric/follower.js';
import { headerHash } from '../../network/x509/der.js';

/** What the gateway's library throws: gRPC's code, and what it cites of other nodes. */
export function failure(
  code: number,
  message = '',
  details: readonly [mspId: string, message: string][] = [],
) {
  const cause = Object.assign(new Error(message), { code, details: message, metadata: new Metadata() });
  const cited = details.map(([mspId, says]) => ({ mspId, message: says, address: '127.0.0.1:1' }));
  return new GatewayError({ code, message, details: cited, cause: cause as ServiceError });
}

export class FakePeer implements FollowedPeer {
  readonly peer = { name: 'peer0', port: 1, operationsPort: 2 };
  height = 1;
  readonly failure = undefined;
  up = true;
  answers = true;
  seen: TransactionWatch | undefined;
  constructor(readonly organisation: string) {}
  watch(_id: string, watch: TransactionWatch): void {
    this.seen = watch;
  }
  unwatch(): void {
    this.seen = undefined;
  }
}

export const fakePeers = (): FakePeer[] => ['A', 'B', 'C'].map((name) => new FakePeer(name));

/** So many blocks, each with the hash of the one before; another word makes another chain. */
export function rawChain(height: number, word = ''): common.Block[] {
  const blocks: common.Block[] = [];
  let previous = new Uint8Array(0);
  for (let number = 0; number < height; number++) {
    const header = new common.BlockHeader();
    header.setNumber(number);
    header.setPreviousHash(previous);
    header.setDataHash(Buffer.from(word));
    const block = new common.Block();
    block.setHeader(header);
    blocks.push(block);
    previous = new Uint8Array(headerHash(number, previous, Buffer.from(word)));
  }
  return blocks;
}

export interface FakeSource {
  /** Blocks from which on it was asked. */
  readonly asked: number[];
  readonly source: BlockSource & { answers: () => boolean };
}

/** A peer that gives blocks from where it is asked; then its streams fail. */
export function fakeSource(
  give: (from: number) => readonly common.Block[],
  error: Error = failure(14),
): FakeSource {
  const asked: number[] = [];
  const getBlockEvents = ({ startBlock }: { startBlock: bigint }) => {
    asked.push(Number(startBlock));
    async function* blocks() {
      for (const block of give(Number(startBlock))) yield await Promise.resolve(block);
      throw error;
    }
    return Promise.resolve(Object.assign(blocks(), { close: () => undefined }));
  };
  const network = () => Promise.resolve({ getBlockEvents } as unknown as Network);
  return { asked, source: { network, chaincode: 'gridbook', answers: () => true } };
}
