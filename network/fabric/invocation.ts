/** What a transaction asked the chaincode for, as the chaincode itself takes it. */
import { peer, type common } from '@hyperledger/fabric-protos';
import { CONTRACT_NAME, RECORDED, SUBMIT } from '../../schema/contract.js';

/** A batch that the chaincode was given. */
export interface Given {
  readonly args: Uint8Array;
  /** When another ledger recorded it. */
  readonly recordedMs?: number;
}

/** Undefined where another chaincode was called, or another function. */
export function givenIn(
  header: common.ChannelHeader,
  payload: peer.ChaincodeActionPayload,
  chaincode: string,
): Given | undefined {
  // Peers run what the header names: nobody looks at the name beside the input.
  const { ChaincodeHeaderExtension, ChaincodeProposalPayload, ChaincodeInvocationSpec } = peer;
  const extension = ChaincodeHeaderExtension.deserializeBinary(header.getExtension_asU8());
  if (extension.getChaincodeId()?.getName() !== chaincode) return undefined;
  const proposal = ChaincodeProposalPayload.deserializeBinary(payload.getChaincodeProposalPayload_asU8());
  const spec = ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  const [name, args, recorded] = spec?.getInput()?.getArgsList_asU8() ?? [];
  if (!name || !args) return undefined;
  const called = functionIn(Buffer.from(name).toString());
  if (called === SUBMIT) return { args };
  if (called !== RECORDED) return undefined;
  const recordedMs = Number(Buffer.from(recorded ?? []).toString());
  if (!Number.isSafeInteger(recordedMs)) throw new Error('a time is no number');
  return { args, recordedMs };
}

/** The contract may be named before its function, or left out; a line's end ends the name (fabric-shim). */
function functionIn(called: string): string | undefined {
  const [, contract, name] = /([^:]*)(?::|^)(.*)/.exec(called) ?? [];
  return contract.trim() === '' || contract === CONTRACT_NAME ? name : undefined;
}
