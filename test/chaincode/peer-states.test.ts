/** Many states by one message: against a handler that answers as a peer does. */
import { expect, test } from '@jest/globals';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim';
import { getStates, putStates } from '../../chaincode/peer-states.js';

const { Type } = peer.ChaincodeMessage;

/** A stub whose peer answers each message as it is told; notes what it was sent. */
function stubOf(answer: (message: peer.ChaincodeMessage) => Uint8Array) {
  const sent: peer.ChaincodeMessage[] = [];
  const handler = {
    handleGetState(_: string, key: string, channel: string, transactionId: string) {
      const message = new peer.ChaincodeMessage();
      message.setType(Type.GET_STATE);
      message.setPayload(Buffer.from(key));
      message.setChannelId(channel);
      message.setTxid(transactionId);
      return this._askPeerAndListen(message);
    },
    async _askPeerAndListen(message: peer.ChaincodeMessage): Promise<Uint8Array> {
      sent.push(message);
      return Promise.resolve(answer(message));
    },
  };
  const stub = { handler, getChannelID: () => 'energy', getTxID: () => 'tx-1' };
  return { stub: stub as unknown as ChaincodeStub, sent };
}

const keysOf = (message: peer.ChaincodeMessage): string[] =>
  peer.GetStateMultiple.deserializeBinary(message.getPayload_asU8()).getKeysList();

function valuesFor(keys: readonly string[]): Uint8Array {
  const result = new peer.GetStateMultipleResult();
  result.setValuesList(keys.map((key) => (key.endsWith('7') ? new Uint8Array(0) : Buffer.from(`of ${key}`))));
  return result.serializeBinary();
}

const KEYS = Array.from({ length: 600 }, (_, i) => `page ${i}`);

test('hundreds of keys are asked for by a few messages of their transaction; values come in the order of keys', async () => {
  const { stub, sent } = stubOf((message) => valuesFor(keysOf(message)));
  const values = await getStates(stub, KEYS);
  expect(values.map((value) => value && Buffer.from(value).toString())).toEqual(
    KEYS.map((key) => (key.endsWith('7') ? undefined : `of ${key}`)),
  );
  expect(sent.map(keysOf).flat()).toEqual(KEYS);
  expect(sent).toHaveLength(3);
  expect(sent.map((m) => [m.getType(), m.getChannelId(), m.getTxid()])).toEqual(
    sent.map(() => [Type.GET_STATE_MULTIPLE, 'energy', 'tx-1']),
  );
});

test('an answer of fewer values than keys is refused: which belongs to which could not be told', async () => {
  const { stub } = stubOf((message) => valuesFor(keysOf(message).slice(1)));
  await expect(getStates(stub, KEYS)).rejects.toThrow('255 of 256');
});

test('what the peer refuses is refused with its words', async () => {
  const { stub } = stubOf(() => {
    throw new Error('no ledger context');
  });
  await expect(getStates(stub, KEYS)).rejects.toThrow('no ledger context');
  await expect(putStates(stub, [{ key: 'a', value: Buffer.from('b') }])).rejects.toThrow('no ledger context');
});

test('all writes of a transaction are one message, in their order', async () => {
  const { stub, sent } = stubOf(() => new Uint8Array(0));
  await putStates(
    stub,
    KEYS.map((key) => ({ key, value: Buffer.from(`of ${key}`) })),
  );
  expect(sent).toHaveLength(1);
  expect(sent[0].getType()).toBe(Type.WRITE_BATCH_STATE);
  const records = peer.WriteBatchState.deserializeBinary(sent[0].getPayload_asU8()).getRecList();
  expect(records.map((r) => [r.getType(), r.getKey(), Buffer.from(r.getValue_asU8()).toString()])).toEqual(
    KEYS.map((key) => [peer.WriteRecord.Type.PUT_STATE, key, `of ${key}`]),
  );
});
