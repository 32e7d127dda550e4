/** The thin adapter between Fabric's shim and the kernel. */
import type { ChaincodeInterface, ChaincodeResponse, ChaincodeStub } from 'fabric-shim';
import { PING, STATE, SUBMIT } from '../schema/contract.js';
import { GridbookError } from '../schema/errors.js';
import type { Chaincode, StatePort } from './kernel/state-port.js';

/** What the adapter needs of the shim: how it answers, and who signed. */
export interface Shim {
  success(payload?: Uint8Array): ChaincodeResponse;
  error(message: string): ChaincodeResponse;
  ClientIdentity: new (stub: ChaincodeStub) => {
    getMSPID(): string;
    getAttributeValue(name: string): string | null;
  };
}

/** The one event of a transaction. */
const EVENT = 'gridbook';

type Stub = ChaincodeStub & { getBufferArgs(): Buffer[] };

/**
 * Refusals of whole transactions travel as their code, which the client knows; a fault of ours says nothing outside
 * and is told to `fault`.
 */
export function contractOf(
  chaincode: Chaincode,
  shim: Shim,
  fault: (error: unknown) => void,
): ChaincodeInterface {
  return {
    Init: () => Promise.resolve(shim.success()),
    Invoke: async (given) => {
      const stub = given as Stub;
      const [name, argument] = stub.getBufferArgs();
      try {
        switch (name?.toString()) {
          case SUBMIT:
            await chaincode.execute(portOf(stub, shim), argument ?? new Uint8Array());
            return shim.success();
          case STATE:
            return shim.success(await stub.getState(String(argument)));
          case PING:
            return shim.success(Buffer.from('pong'));
          default:
            return shim.error('UNKNOWN_COMMAND');
        }
      } catch (error) {
        if (error instanceof GridbookError) return shim.error(error.code);
        fault(error);
        return shim.error('INTERNAL');
      }
    },
  };
}

function portOf(stub: Stub, shim: Shim): StatePort {
  const identity = new shim.ClientIdentity(stub);
  const { seconds, nanos } = stub.getTxTimestamp();
  return {
    transactionId: stub.getTxID(),
    timeMs: Number(seconds) * 1000 + (nanos - (nanos % 1_000_000)) / 1_000_000,
    creator: { organisation: identity.getMSPID(), role: identity.getAttributeValue('role') ?? '' },
    getState: async (key) => {
      const value = await stub.getState(key);
      return value.length === 0 ? undefined : value;
    },
    putState: (key, value) => stub.putState(key, value),
    setEvent: (payload) => stub.setEvent(EVENT, payload),
  };
}
