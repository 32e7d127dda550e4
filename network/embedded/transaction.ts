/** From a request to a signed transaction: what the client and the node do before it is ordered. */
import { randomBytes } from 'node:crypto';
import type { Chaincode } from '../../chaincode/kernel/state-port.js';
import type { TransactionRequest } from '../ledger.js';
import {
  endorsedBytes,
  NONCE_BYTES,
  payloadBytes,
  proposalDigest,
  responseDigest,
  transactionIdOf,
  type Proposal,
  type TransactionEnvelope,
} from './envelope.js';
import type { SigningIdentity } from './identity.js';
import { sign } from '../x509/signature.js';
import { simulate } from './simulate.js';
import type { State } from './state.js';

/** A transaction that waits to be ordered. */
export interface PreparedTransaction extends TransactionEnvelope {
  readonly transactionId: string;
  readonly signer: SigningIdentity;
}

/** Runs the chaincode on a snapshot of the state, endorses what it gave and signs the whole. */
export async function prepare(
  parties: {
    readonly ledgerId: Uint8Array;
    readonly node: SigningIdentity;
    readonly chaincode: Chaincode;
    readonly state: State;
  },
  signer: SigningIdentity,
  request: TransactionRequest,
  timeMs: number,
): Promise<PreparedTransaction> {
  const { ledgerId, node, chaincode, state } = parties;
  const nonce = randomBytes(NONCE_BYTES);
  const transactionId = transactionIdOf(nonce, signer.serialized);
  const proposal: Proposal = {
    nonce,
    timeMs,
    creator: signer.reference,
    lane: request.lane,
    args: request.args,
  };
  const { organisation, role } = signer;
  const snapshot = state.snapshot();
  try {
    const simulation = await simulate(chaincode, {
      transactionId,
      timeMs,
      creator: { organisation, role },
      args: request.args,
      get: snapshot.get,
    });
    const proposed = proposalDigest(ledgerId, proposal);
    const answered = responseDigest(proposed, simulation);
    const endorsement = sign(node.privateKey, endorsedBytes(answered, node.reference));
    const signature = sign(signer.privateKey, payloadBytes(proposed, answered, node.reference, endorsement));
    return {
      ...proposal,
      ...simulation,
      endorser: node.reference,
      endorsement,
      signature,
      transactionId,
      signer,
    };
  } finally {
    snapshot.release();
  }
}
