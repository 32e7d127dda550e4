/** The thin adapter between Fabric's contract API and the kernel. */
import { Contract, type Context } from 'fabric-contract-api';
import { CONTRACT_NAME, HISTORY_END, PING, RECORDED, STATE, SUBMIT } from '../schema/contract.js';
import { GridbookError } from '../schema/errors.js';
import { bringAlong, endHistory } from './kernel/history.js';
import type { Chaincode, StatePort } from './kernel/state-port.js';
import { getStates, putStates } from './peer-states.js';

/** The one event of a transaction. */
const EVENT = 'gridbook';

/**
 * Refusals of whole transactions travel as their code, which the client knows; a fault of ours says nothing outside
 * and is told to `fault`.
 */
export function contractOf(chaincode: Chaincode, fault: (error: unknown) => void): new () => Contract {
  return class extends Contract {
    constructor() {
      super(CONTRACT_NAME);
    }

    [SUBMIT](context: Context, batch: Uint8Array): Promise<void> {
      return toldByCode(fault, () => chaincode.execute(portOf(context), batch));
    }

    [RECORDED](context: Context, batch: Uint8Array, recordedMs: Uint8Array): Promise<void> {
      return toldByCode(fault, () => bringAlong(chaincode, portOf(context), batch, wholeOf(recordedMs)));
    }

    [HISTORY_END](context: Context, lane: Uint8Array, digest: Uint8Array): Promise<void> {
      return toldByCode(fault, () => endHistory(portOf(context), textOf(lane), textOf(digest)));
    }

    [STATE](context: Context, key: Uint8Array): Promise<Uint8Array> {
      return toldByCode(fault, () => context.stub.getState(textOf(key)));
    }

    [PING](): Promise<string> {
      return Promise.resolve('pong');
    }

    override unknownTransaction(): Promise<void> {
      return Promise.reject(new Error('UNKNOWN_COMMAND'));
    }
  };
}

async function toldByCode<T>(fault: (error: unknown) => void, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GridbookError) throw new Error(error.code, { cause: error });
    fault(error);
    throw new Error('INTERNAL', { cause: error });
  }
}

function portOf({ stub, clientIdentity }: Context): StatePort {
  const { seconds, nanos } = stub.getTxTimestamp();
  return {
    transactionId: stub.getTxID(),
    timeMs: Number(seconds) * 1000 + (nanos - (nanos % 1_000_000)) / 1_000_000,
    creator: {
      organisation: clientIdentity.getMSPID(),
      role: clientIdentity.getAttributeValue('role') ?? '',
    },
    getState: async (key) => {
      const value = await stub.getState(key);
      return value.length === 0 ? undefined : value;
    },
    putState: (key, value) => stub.putState(key, value),
    getStates: (keys) => getStates(stub, keys),
    putStates: (writes) => putStates(stub, writes),
    setEvent: (payload) => stub.setEvent(EVENT, payload),
  };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** A whole number as text; NaN where it is none. */
function wholeOf(bytes: Uint8Array): number {
  const text = textOf(bytes);
  return /^\d{1,16}$/.test(text) ? Number(text) : NaN;
}
