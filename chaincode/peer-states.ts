/**
 * Many states by one message to the peer and one back. Peers take both from v3.1 on, which is the version that the
 * network's commands ask for; the shim knows only one state a message, which waits for the peer each time.
 */
import type { ChaincodeStub } from 'fabric-shim';
import jspb from 'google-protobuf';
import type { StateWrite } from './kernel/state-port.js';

/** Values of a page's size stay far below what a message may hold. */
const KEYS_A_MESSAGE = 256;

// Fabric's chaincode_shim.proto: types of ChaincodeMessage, then the fields of their payloads.
const WRITE_BATCH_STATE = 24;
const GET_STATE_MULTIPLE = 25;
/** GetStateMultiple.keys, GetStateMultipleResult.values, WriteBatchState.rec */
const LIST = 1;
/** WriteRecord.key, .value, .type */
const RECORD = { key: 1, value: 2, type: 5 };
const PUT_STATE = 9;

/** A message as the shim makes it; only its own class can be written to its stream. */
interface Message {
  setType(type: number): void;
  setPayload(payload: Uint8Array): void;
}
/** What the shim's stub speaks to its peer by. */
interface Handler {
  handleGetState(
    this: Pick<Handler, '_askPeerAndListen'>,
    collection: string,
    key: string,
    channel: string,
    transactionId: string,
  ): Promise<unknown>;
  _askPeerAndListen(message: Message, method: string): Promise<unknown>;
}
type Stub = ChaincodeStub & { readonly handler: Handler };

/** The committed values, in the order of their keys; undefined where there is none. */
export async function getStates(
  stub: ChaincodeStub,
  keys: readonly string[],
): Promise<(Uint8Array | undefined)[]> {
  const values: (Uint8Array | undefined)[] = [];
  for (let from = 0; from < keys.length; from += KEYS_A_MESSAGE) {
    const some = keys.slice(from, from + KEYS_A_MESSAGE);
    const request = new jspb.BinaryWriter();
    request.writeRepeatedString(LIST, some);
    const found = valuesOf(await ask(stub, GET_STATE_MULTIPLE, request.getResultBuffer()));
    if (found.length !== some.length)
      throw new Error(`the peer answered ${found.length} of ${some.length} keys`);
    values.push(...found);
  }
  return values;
}

/** Puts values, all of which one message holds: a transaction's are limited. */
export async function putStates(stub: ChaincodeStub, writes: readonly StateWrite[]): Promise<void> {
  const request = new jspb.BinaryWriter();
  for (const write of writes) {
    request.writeMessage(LIST, write, ({ key, value }, record: jspb.BinaryWriter) => {
      record.writeString(RECORD.key, key);
      record.writeBytes(RECORD.value, value);
      record.writeEnum(RECORD.type, PUT_STATE);
    });
  }
  await ask(stub, WRITE_BATCH_STATE, request.getResultBuffer());
}

/** Answers the payload of what the peer answers; fails with the peer's words where it refuses. */
async function ask(stub: ChaincodeStub, type: number, payload: Uint8Array): Promise<Uint8Array> {
  const { handler } = stub as Stub;
  const message = await messageOf(stub, handler);
  message.setType(type);
  message.setPayload(payload);
  // For methods that it does not know the shim answers the payload as it is.
  return (await handler._askPeerAndListen(message, 'ManyStates')) as Uint8Array;
}

/** A message of the transaction, made by the shim and kept from its stream. */
async function messageOf(stub: ChaincodeStub, handler: Handler): Promise<Message> {
  const keeping = { _askPeerAndListen: (message: Message) => Promise.resolve(message) };
  const made = handler.handleGetState.call(keeping, '', '', stub.getChannelID(), stub.getTxID());
  return (await made) as Message;
}

function valuesOf(result: Uint8Array): (Uint8Array | undefined)[] {
  const values: (Uint8Array | undefined)[] = [];
  const reader = new jspb.BinaryReader(result);
  while (reader.nextField()) {
    if (reader.getFieldNumber() !== LIST) {
      reader.skipField();
      continue;
    }
    const value = reader.readBytes();
    // A copy: a page that is remembered would keep the whole message.
    values.push(value.length === 0 ? undefined : Uint8Array.from(value));
  }
  return values;
}
