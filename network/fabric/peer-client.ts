/** Talks to one peer: endorsements, and the blocks that it commits. */
import { credentials, Metadata, type ChannelOptions, type ServiceError } from '@grpc/grpc-js';
import { common, orderer, peer } from '@hyperledger/fabric-protos';
import type { ClientIdentity } from './client-identity.js';
import { envelopeOf, headerOf, Proposal, type Invocation } from './proposal.js';

/**
 * A block is larger than gRPC takes by default; nodes are called by their address, and their certificates by the name
 * that is in all of them.
 */
export const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.ssl_target_name_override': 'localhost',
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
};
const ENDORSE_MS = 30_000;

/** A peer refused to endorse. */
export class EndorsementError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'EndorsementError';
  }
}

export class PeerClient {
  private readonly endorser: peer.EndorserClient;
  private readonly deliverer: peer.DeliverClient;

  constructor(
    readonly address: string,
    authorityPem: Uint8Array,
  ) {
    const tls = credentials.createSsl(Buffer.from(authorityPem));
    this.endorser = new peer.EndorserClient(address, tls, CHANNEL_OPTIONS);
    this.deliverer = new peer.DeliverClient(address, tls, CHANNEL_OPTIONS);
  }

  /** Runs a proposal on the peer; nothing of it is committed yet. */
  endorse(proposal: Proposal): Promise<peer.ProposalResponse> {
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + ENDORSE_MS;
      const done = (error: ServiceError | null, response?: peer.ProposalResponse): void => {
        const answer = response?.getResponse();
        if (error || !response || !answer) reject(error ?? new Error('the peer answered nothing'));
        else if (answer.getStatus() >= 400) {
          reject(new EndorsementError(answer.getStatus(), answer.getMessage()));
        } else resolve(response);
      };
      this.endorser.processProposal(proposal.signed, new Metadata(), { deadline }, done);
    });
  }

  /** What a read-only call answers. */
  async evaluate(identity: ClientIdentity, invocation: Invocation): Promise<Buffer> {
    const response = await this.endorse(new Proposal(identity, invocation));
    return Buffer.from(response.getResponse()?.getPayload_asU8() ?? []);
  }

  /** Blocks of a channel that the peer has. */
  async height(identity: ClientIdentity, channel: string): Promise<number> {
    const args = ['GetChainInfo', channel];
    const answer = await this.evaluate(identity, { channel, chaincode: 'qscc', args });
    return common.BlockchainInfo.deserializeBinary(answer).getHeight();
  }

  /** Validation codes of transactions as their blocks are committed, from a block on. */
  commits(identity: ClientIdentity, channel: string, from = 0): Commits {
    const at = (number: number): orderer.SeekPosition => {
      const specified = new orderer.SeekSpecified();
      specified.setNumber(number);
      const position = new orderer.SeekPosition();
      position.setSpecified(specified);
      return position;
    };
    const seek = new orderer.SeekInfo();
    seek.setStart(at(from));
    seek.setStop(at(Number.MAX_SAFE_INTEGER));
    seek.setBehavior(orderer.SeekInfo.SeekBehavior.BLOCK_UNTIL_READY);
    const { header } = headerOf(identity, common.HeaderType.DELIVER_SEEK_INFO, channel);
    const stream = this.deliverer.deliverFiltered();
    stream.write(envelopeOf(identity, header, seek.serializeBinary()));
    return new Commits(stream);
  }

  close(): void {
    this.endorser.close();
    this.deliverer.close();
  }
}

type DeliverStream = ReturnType<peer.DeliverClient['deliverFiltered']>;

/** Follows a peer's blocks and tells what became of each transaction. */
export class Commits {
  private readonly known = new Map<string, number>();
  private readonly waiting = new Map<string, { resolve(code: number): void; reject(error: Error): void }>();
  private failure: Error | undefined;

  constructor(private readonly stream: DeliverStream) {
    let status = 0;
    stream.on('data', (response: peer.DeliverResponse) => {
      status = response.getStatus();
      this.take(response.getFilteredBlock());
    });
    stream.on('error', (error: Error) => this.fail(error));
    stream.on('end', () => this.fail(new Error(`the peer ended its stream of blocks (${status})`)));
  }

  /** The validation code under which a transaction was committed; 0 where it is valid. */
  codeOf(transactionId: string): Promise<number> {
    const known = this.known.get(transactionId);
    if (known !== undefined) return Promise.resolve(known);
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => this.waiting.set(transactionId, { resolve, reject }));
  }

  close(): void {
    this.failure ??= new Error('closed');
    this.stream.cancel();
  }

  private take(block: peer.FilteredBlock | undefined): void {
    for (const transaction of block?.getFilteredTransactionsList() ?? []) {
      const id = transaction.getTxid();
      const code = transaction.getTxValidationCode();
      // One that was given twice stands twice, and what became of it the first time counts.
      if (this.known.has(id)) continue;
      this.known.set(id, code);
      this.waiting.get(id)?.resolve(code);
      this.waiting.delete(id);
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}
