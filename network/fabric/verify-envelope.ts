/** Whether an envelope of a block is what its signatures say: by whom, endorsed by whom, reading and writing what. */
import { createHash } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { LedgerVerificationError } from '../embedded/errors.js';
import { isSignedBy, type Trust } from './trust.js';
import { setsOf, type TransactionSets } from './write-sets.js';

/** An envelope of a valid transaction, or of one that came too late for what it had read. */
export interface VerifiedTransaction {
  readonly transactionId: string;
  readonly chaincode: string;
  readonly sets: TransactionSets;
}

export interface OpenEnvelope {
  readonly payload: common.Payload;
  readonly channelHeader: common.ChannelHeader;
  readonly signatureHeader: common.SignatureHeader;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

export function openEnvelope(bytes: Uint8Array): OpenEnvelope {
  const envelope = common.Envelope.deserializeBinary(bytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = payload.getHeader() ?? new common.Header();
  return {
    payload,
    channelHeader: common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()),
    signatureHeader: common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()),
    bytes: envelope.getPayload_asU8(),
    signature: envelope.getSignature_asU8(),
  };
}

/** The configuration that an envelope brings; the orderers' signature of its block stands for it. */
export function configurationIn({ payload, channelHeader }: OpenEnvelope): common.Config | undefined {
  if (channelHeader.getType() !== common.HeaderType.CONFIG) return undefined;
  return common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
}

/**
 * Creator, id, proposal and endorsements of a transaction; throws what does not hold. Of `governed` chaincode a majority
 * of the organisations must have endorsed.
 */
export function verifyTransaction(open: OpenEnvelope, trust: Trust, governed: string): VerifiedTransaction {
  const { payload, channelHeader, signatureHeader } = open;
  const creator = trust.signer(signatureHeader.getCreator_asU8());
  if (!trust.isMember(creator)) fail('the creator takes no part in the channel');
  if (!isSignedBy(creator, open.bytes, open.signature)) fail('the signature is not that of the creator');
  const id = createHash('sha256')
    .update(signatureHeader.getNonce_asU8())
    .update(signatureHeader.getCreator_asU8())
    .digest('hex');
  if (channelHeader.getTxId() !== id) fail('the transaction id is not that of its nonce and creator');
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const answered = actionPayload.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array(0);
  const response = peer.ProposalResponsePayload.deserializeBinary(answered);
  const proposed = createHash('sha256')
    .update(payload.getHeader()?.getChannelHeader_asU8() ?? '')
    .update(payload.getHeader()?.getSignatureHeader_asU8() ?? '')
    .update(actionPayload.getChaincodeProposalPayload_asU8())
    .digest();
  if (!proposed.equals(response.getProposalHash_asU8())) fail('what was endorsed is not what was proposed');
  const outcome = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  const chaincode = outcome.getChaincodeId()?.getName() ?? '';
  const by = endorsersOf(actionPayload, answered, trust);
  const sets = setsOf(outcome);
  // Whatever chaincode was called: what is written of this one is as good as its own endorsement.
  const isGoverned = chaincode === governed || sets.writes.some(({ namespace }) => namespace === governed);
  const needed = isGoverned ? trust.needed : 1;
  if (by.size < needed) fail(`${by.size} organisations endorsed it, and ${needed} must`);
  return { transactionId: id, chaincode, sets };
}

/** Organisations of which a peer signed the answer. What else stands beside it peers pass over, and so it is here. */
function endorsersOf(
  payload: peer.ChaincodeActionPayload,
  answered: Uint8Array,
  trust: Trust,
): ReadonlySet<string> {
  const by = new Set<string>();
  for (const endorsement of payload.getAction()?.getEndorsementsList() ?? []) {
    const serialized = endorsement.getEndorser_asU8();
    const signer = trust.find(serialized);
    if (!signer || !trust.isMember(signer) || signer.holder.unit !== 'peer') continue;
    const bytes = Buffer.concat([answered, serialized]);
    if (isSignedBy(signer, bytes, endorsement.getSignature_asU8())) by.add(signer.organisation);
  }
  return by;
}

function fail(message: string): never {
  throw new LedgerVerificationError(message);
}
