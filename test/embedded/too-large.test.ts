/** K8: a command that is too large leaves nothing on the embedded ledger but its refusal. */
import { afterAll, expect, test } from '@jest/globals';
import { Kernel } from '../../chaincode/kernel/execute.js';
import { EmbeddedLedger } from '../../network/embedded/ledger.js';
import { decodeBatchEvent, type BatchEvent } from '../../schema/batch-event.js';
import { errorCodeOf } from '../../schema/errors.js';
import { LANE, START_MS, startBatch, swellBatch, swelling, TOO_LARGE } from '../kernel/swelling.js';
import { newFolder, removeFolders } from './fixture.js';

afterAll(removeFolders);

test.each(TOO_LARGE)('a command refused with %s moves nothing and makes no page', async (code, by) => {
  const ledger = await EmbeddedLedger.open({
    ...{ directory: newFolder(), chaincode: new Kernel(swelling), clock: () => START_MS },
    notice: () => undefined,
  });
  const give = async (args: Uint8Array): Promise<BatchEvent> => {
    const request = { lane: LANE, identity: { organisation: LANE, role: 'HOST' }, args };
    return decodeBatchEvent((await ledger.submit(request)).event);
  };
  await give(startBatch());
  const accounts = async (): Promise<string> => String(await ledger.readState(`${LANE}/acct/0`));
  const before = await accounts();
  const { refused } = await give(swellBatch(by));
  expect(refused.map(([, number]) => errorCodeOf(number))).toEqual([code]);
  expect(await accounts()).toBe(before);
  expect(await ledger.readState(`${LANE}/swollen/0`)).toBeUndefined();
  await ledger.close();
});
