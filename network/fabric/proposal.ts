/** Proposals and transactions as Fabric's protobufs, made and signed here: no `peer` command line is needed. */
import { createHash, randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { ClientIdentity } from './client-identity.js';

const NONCE_BYTES = 24;

/** Who makes something, as Fabric's SerializedIdentity. */
export interface Maker {
  readonly creator: Uint8Array;
}

/** What makes a header different from every other one. */
export interface Moment {
  readonly nonce: Uint8Array;
  readonly time: Timestamp;
}
type Timestamp = timestamps.Timestamp;

export function momentOf(timeMs: number): Moment {
  const time = new timestamps.Timestamp();
  time.fromDate(new Date(timeMs));
  return { nonce: randomBytes(NONCE_BYTES), time };
}

export interface SignedHeader {
  readonly header: common.Header;
  readonly transactionId: string;
}

/** Header of an envelope or proposal; the transaction id is SHA-256(nonce ‖ creator). */
export function headerOf(
  { creator }: Maker,
  type: common.HeaderTypeMap[keyof common.HeaderTypeMap],
  channel: string,
  extension?: Uint8Array,
  { nonce, time }: Moment = momentOf(Date.now()),
): SignedHeader {
  const transactionId = createHash('sha256').update(nonce).update(creator).digest('hex');
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(type);
  channelHeader.setTimestamp(time);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(transactionId);
  if (extension) channelHeader.setExtension$(extension);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator);
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

/** A proposal as it is to be signed. The same maker, invocation and moment give the same bytes. */
export class UnsignedProposal {
  readonly bytes: Uint8Array;
  readonly transactionId: string;
  readonly header: common.Header;
  /** The invocation, as proposal and transaction have it. */
  readonly input: Uint8Array;

  constructor(maker: Maker, { channel, chaincode, args }: Invocation, moment?: Moment) {
    const id = new peer.ChaincodeID();
    id.setName(chaincode);
    const extension = new peer.ChaincodeHeaderExtension();
    extension.setChaincodeId(id);
    const made = headerOf(
      maker,
      common.HeaderType.ENDORSER_TRANSACTION,
      channel,
      extension.serializeBinary(),
      moment,
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
    const proposal = new peer.Proposal();
    proposal.setHeader(this.header.serializeBinary());
    proposal.setPayload(this.payload);
    this.bytes = proposal.serializeBinary();
  }

  /** Without transient data, as it is in a block too. */
  get payload(): Uint8Array {
    const payload = new peer.ChaincodeProposalPayload();
    payload.setInput(this.input);
    return payload.serializeBinary();
  }

  /** With a signature of its bytes. */
  signedBy(signature: Uint8Array): peer.SignedProposal {
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(this.bytes);
    signed.setSignature(signature);
    return signed;
  }

  /** The transaction that these endorsements make. */
  transactionOf(responses: readonly peer.ProposalResponse[]): peer.Transaction {
    const endorsed = new peer.ChaincodeEndorsedAction();
    endorsed.setProposalResponsePayload(responses[0].getPayload_asU8());
    endorsed.setEndorsementsList(
      responses.map((response) => response.getEndorsement()).filter((e) => e !== undefined),
    );
    const actionPayload = new peer.ChaincodeActionPayload();
    actionPayload.setAction(endorsed);
    actionPayload.setChaincodeProposalPayload(this.payload);
    const action = new peer.TransactionAction();
    action.setHeader(this.header.getSignatureHeader_asU8());
    action.setPayload(actionPayload.serializeBinary());
    const transaction = new peer.Transaction();
    transaction.setActionsList([action]);
    return transaction;
  }
}

/** A proposal that is signed here. */
export class Proposal extends UnsignedProposal {
  readonly signed: peer.SignedProposal;

  constructor(
    private readonly identity: ClientIdentity,
    invocation: Invocation,
    moment?: Moment,
  ) {
    super(identity, invocation, moment);
    this.signed = this.signedBy(identity.sign(this.bytes));
  }

  /** The signed transaction that these endorsements make. */
  transaction(responses: readonly peer.ProposalResponse[]): common.Envelope {
    return envelopeOf(this.identity, this.header, this.transactionOf(responses).serializeBinary());
  }
}
