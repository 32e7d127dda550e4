/** Proposals and transactions as Fabric's protobufs, made and signed here: no `peer` command line is needed. */
import { createHash, randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { ClientIdentity } from './client-identity.js';

const NONCE_BYTES = 24;

export interface SignedHeader {
  readonly header: common.Header;
  readonly transactionId: string;
}

/** Header of an envelope or proposal; the transaction id is SHA-256(nonce ‖ creator). */
export function headerOf(
  identity: ClientIdentity,
  type: common.HeaderTypeMap[keyof common.HeaderTypeMap],
  channel: string,
  extension?: Uint8Array,
): SignedHeader {
  const nonce = randomBytes(NONCE_BYTES);
  const transactionId = createHash('sha256').update(nonce).update(identity.creator).digest('hex');
  const time = new timestamps.Timestamp();
  time.fromDate(new Date());
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(type);
  channelHeader.setTimestamp(time);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(transactionId);
  if (extension) channelHeader.setExtension$(extension);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(identity.creator);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  return { header, transactionId };
}

/** A signed envelope around a payload. */
export function envelopeOf(
  identity: ClientIdentity,
  header: common.Header,
  data: Uint8Array,
): common.Envelope {
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const bytes = payload.serializeBinary();
  const envelope = new common.Envelope();
  envelope.setPayload(bytes);
  envelope.setSignature(identity.sign(bytes));
  return envelope;
}

export interface Invocation {
  /** Empty for what concerns a peer and no channel. */
  readonly channel: string;
  readonly chaincode: string;
  /** Function name, then its arguments. */
  readonly args: readonly (string | Uint8Array)[];
}

export class Proposal {
  readonly signed: peer.SignedProposal;
  readonly transactionId: string;
  private readonly header: common.Header;
  private readonly input: Uint8Array;

  constructor(
    private readonly identity: ClientIdentity,
    { channel, chaincode, args }: Invocation,
  ) {
    const id = new peer.ChaincodeID();
    id.setName(chaincode);
    const extension = new peer.ChaincodeHeaderExtension();
    extension.setChaincodeId(id);
    const made = headerOf(
      identity,
      common.HeaderType.ENDORSER_TRANSACTION,
      channel,
      extension.serializeBinary(),
    );
    this.header = made.header;
    this.transactionId = made.transactionId;
    const input = new peer.ChaincodeInput();
    input.setArgsList(args.map((arg) => (typeof arg === 'string' ? Buffer.from(arg) : arg)));
    const spec = new peer.ChaincodeSpec();
    spec.setType(peer.ChaincodeSpec.Type.NODE);
    spec.setChaincodeId(id);
    spec.setInput(input);
    const invocation = new peer.ChaincodeInvocationSpec();
    invocation.setChaincodeSpec(spec);
    this.input = invocation.serializeBinary();
    const payload = new peer.ChaincodeProposalPayload();
    payload.setInput(this.input);
    const proposal = new peer.Proposal();
    proposal.setHeader(this.header.serializeBinary());
    proposal.setPayload(payload.serializeBinary());
    const bytes = proposal.serializeBinary();
    this.signed = new peer.SignedProposal();
    this.signed.setProposalBytes(bytes);
    this.signed.setSignature(identity.sign(bytes));
  }

  /** The transaction that these endorsements make. */
  transaction(responses: readonly peer.ProposalResponse[]): common.Envelope {
    const endorsed = new peer.ChaincodeEndorsedAction();
    endorsed.setProposalResponsePayload(responses[0].getPayload_asU8());
    endorsed.setEndorsementsList(
      responses.map((response) => response.getEndorsement()).filter((e) => e !== undefined),
    );
    // Without the transient data, as it is in a block.
    const proposalPayload = new peer.ChaincodeProposalPayload();
    proposalPayload.setInput(this.input);
    const actionPayload = new peer.ChaincodeActionPayload();
    actionPayload.setAction(endorsed);
    actionPayload.setChaincodeProposalPayload(proposalPayload.serializeBinary());
    const action = new peer.TransactionAction();
    action.setHeader(this.header.getSignatureHeader_asU8());
    action.setPayload(actionPayload.serializeBinary());
    const transaction = new peer.Transaction();
    transaction.setActionsList([action]);
    return envelopeOf(this.identity, this.header, transaction.serializeBinary());
  }
}
