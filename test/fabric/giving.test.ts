/** Transactions that an orderer took and lost: given again, and committed once. */
import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { peer } from '@hyperledger/fabric-protos';
import { giveUntil } from '../../network/fabric/giving.js';
import { Commits } from '../../network/fabric/peer-client.js';

test('a transaction is given again until it is heard of, also where an orderer refuses it meanwhile', async () => {
  let count = 0;
  let hear: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => (hear = resolve));
  const give = (): Promise<void> => {
    if (++count === 3) hear();
    return count === 2 ? Promise.reject(new Error('no leader')) : Promise.resolve();
  };
  await giveUntil(heard, give, 1);
  expect(count).toBe(3);
});

test('nothing is given again once nobody listens any more', async () => {
  const failed = Promise.reject(new Error('the peer ended its stream'));
  const give = (): Promise<void> => Promise.reject(new Error('given'));
  await expect(giveUntil(failed, give, 1_000_000)).resolves.toBeUndefined();
});

test('what became of a transaction the first time counts, where it stands in two blocks', async () => {
  const stream = Object.assign(new EventEmitter(), { cancel: () => undefined });
  const commits = new Commits(stream as unknown as ConstructorParameters<typeof Commits>[0]);
  const told = (code: number): peer.DeliverResponse => {
    const transaction = new peer.FilteredTransaction();
    transaction.setTxid('twice');
    transaction.setTxValidationCode(code as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap]);
    const block = new peer.FilteredBlock();
    block.addFilteredTransactions(transaction);
    const response = new peer.DeliverResponse();
    response.setFilteredBlock(block);
    return response;
  };
  stream.emit('data', told(peer.TxValidationCode.VALID));
  stream.emit('data', told(peer.TxValidationCode.DUPLICATE_TXID));
  expect(await commits.codeOf('twice')).toBe(peer.TxValidationCode.VALID);
});
