/** What a transaction asked the chaincode for, as the chaincode itself takes it. */
import { CONTRACT_NAME, RECORDED, SUBMIT } from '../../schema/contract.js';
import { WireMessage } from './wire-message.js';

/** A batch that the chaincode was given. */
export interface Given {
  readonly args: Uint8Array;
  /** When another ledger recorded it. */
  readonly recordedMs?: number;
}

// Numbers of fields.
const EXTENSION = { chaincodeId: 2 };
const CHAINCODE_ID = { name: 2 };
const PROPOSAL = { input: 1 };
const INVOCATION = { spec: 1 };
const SPEC = { input: 3 };
const INPUT = { args: 1 };

/** Undefined where another chaincode was called, or another function. */
export function givenIn(extension: WireMessage, proposal: WireMessage, chaincode: string): Given | undefined {
  // Peers run what the header names: nobody looks at the name beside the input.
  if (extension.message(EXTENSION.chaincodeId).text(CHAINCODE_ID.name) !== chaincode) return undefined;
  const spec = new WireMessage(proposal.bytes(PROPOSAL.input)).message(INVOCATION.spec);
  const [name, args, recorded] = spec.message(SPEC.input).all(INPUT.args);
  if (name === undefined || args === undefined) return undefined;
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
