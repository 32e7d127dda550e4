/**
 * The bytes that are signed elsewhere, read so that no two readers see different things in them: a proposal is made
 * anew from what was read of it, and refused where the bytes differ; of a transaction every part is.
 */
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { SUBMIT } from '../../schema/contract.js';
import { GridbookError } from '../../schema/errors.js';
import { instant, type Instant } from '../../schema/units.js';
import type { Prepared } from '../ledger.js';
import { sha256 } from '../x509/der.js';
import { eventOf } from './block.js';
import { OfflineSigner } from './offline-signer.js';
import { CHAINCODE, CHANNEL } from './plan.js';
import { momentOf, UnsignedProposal, type Moment } from './proposal.js';

/** A batch as a proposal to the channel's chaincode. */
export class OfflineProposal extends UnsignedProposal implements Prepared {
  readonly time: Instant;

  constructor(
    readonly signer: OfflineSigner,
    readonly args: Uint8Array,
    moment: Moment,
  ) {
    super(signer, { channel: CHANNEL, chaincode: CHAINCODE, args: [SUBMIT, args] }, moment);
    const { time } = moment;
    this.time = instant(time.getSeconds() * 1000 + Math.floor(time.getNanos() / 1e6));
  }

  static make(signer: OfflineSigner, args: Uint8Array, timeMs: number): OfflineProposal {
    return new OfflineProposal(signer, args, momentOf(timeMs));
  }

  /** Reads a proposal; refused with PREPARATION_REFUSED where it holds anything else than a batch. */
  static read(bytes: Uint8Array): OfflineProposal {
    return reading(() => {
      const given = peer.Proposal.deserializeBinary(bytes);
      const payload = peer.ChaincodeProposalPayload.deserializeBinary(given.getPayload_asU8());
      const header = common.Header.deserializeBinary(given.getHeader_asU8());
      const proposal = madeAnew(header, payload.getInput_asU8());
      assertSame(proposal.bytes, bytes);
      return proposal;
    });
  }

  /** The same batch, proposed at another time. */
  again(timeMs: number): OfflineProposal {
    return OfflineProposal.make(this.signer, this.args, timeMs);
  }
}

/** A proposal with what its endorsers say came of it: the payload of an envelope. */
export class OfflineTransaction implements Prepared {
  private constructor(
    readonly bytes: Uint8Array,
    readonly proposal: OfflineProposal,
    /** Organisations that endorsed, as far as the bytes say. */
    readonly endorsedBy: readonly string[],
    /** The event that it will have (schema/batch-event.ts). */
    readonly event: Uint8Array,
  ) {}

  get transactionId(): string {
    return this.proposal.transactionId;
  }
  get signer(): OfflineSigner {
    return this.proposal.signer;
  }
  get time(): Instant {
    return this.proposal.time;
  }
  get args(): Uint8Array {
    return this.proposal.args;
  }

  /** Reads a transaction; refused with PREPARATION_REFUSED where it is not that of the proposal in it. */
  static read(bytes: Uint8Array): OfflineTransaction {
    return reading(() => {
      const payload = exact(common.Payload, bytes);
      const header = payload.getHeader() ?? new common.Header();
      const [action, ...others] = exact(peer.Transaction, payload.getData_asU8()).getActionsList();
      if (others.length > 0) throw new Error('there is more than one action');
      const parts = exact(peer.ChaincodeActionPayload, action.getPayload_asU8());
      const proposed = parts.getChaincodeProposalPayload_asU8();
      const proposal = madeAnew(header, exact(peer.ChaincodeProposalPayload, proposed).getInput_asU8());
      assertSame(proposal.header.serializeBinary(), header.serializeBinary());
      assertSame(proposal.payload, proposed);
      assertSame(proposal.header.getSignatureHeader_asU8(), action.getHeader_asU8());
      const endorsed = parts.getAction();
      const answer = exact(peer.ProposalResponsePayload, endorsed?.getProposalResponsePayload_asU8());
      assertSame(proposalHash(proposal), answer.getProposalHash_asU8());
      const outcome = exact(peer.ChaincodeAction, answer.getExtension_asU8());
      if (outcome.getChaincodeId()?.getName() !== CHAINCODE) throw new Error('another chaincode answered');
      const endorsedBy = (endorsed?.getEndorsementsList() ?? []).map((endorsement) =>
        msp.SerializedIdentity.deserializeBinary(endorsement.getEndorser_asU8()).getMspid(),
      );
      return new OfflineTransaction(bytes, proposal, endorsedBy, eventOf(outcome));
    });
  }
}

/** The proposal that a header and an invocation make, where they are those of a batch. */
function madeAnew(header: common.Header, input: Uint8Array): OfflineProposal {
  const signature = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
  const time = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()).getTimestamp();
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(input).getChaincodeSpec();
  const args = spec?.getInput()?.getArgsList_asU8()[1];
  if (!time || !args) throw new Error('a part is missing');
  const signer = OfflineSigner.read(signature.getCreator_asU8());
  return new OfflineProposal(signer, args, { nonce: signature.getNonce_asU8(), time });
}

/** What endorsers sign of a proposal. */
const proposalHash = ({ header, payload }: OfflineProposal): Uint8Array =>
  sha256(Buffer.concat([header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), payload]));

interface MessageType<M> {
  deserializeBinary(bytes: Uint8Array): M;
}

/** Reads a message that is written in no other way: nothing is in the bytes that is not in what was read. */
function exact<M extends { serializeBinary(): Uint8Array }>(
  of: MessageType<M>,
  bytes: Uint8Array = new Uint8Array(0),
): M {
  const message = of.deserializeBinary(bytes);
  assertSame(message.serializeBinary(), bytes);
  return message;
}

function assertSame(one: Uint8Array, other: Uint8Array): void {
  if (Buffer.compare(one, other) !== 0) throw new Error('the bytes differ');
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new GridbookError('PREPARATION_REFUSED', undefined, { cause });
  }
}
