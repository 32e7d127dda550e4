/** What became of a batch that was signed elsewhere. */
import type { CommittedTransaction } from '../../network/ledger.js';
import type { CommandShape } from '../../schema/command.js';
import { uuidFromKey } from '../../schema/ids.js';
import { keyOf, type ReadBatch } from '../../schema/read-batch.js';
import type { Lanes } from '../lanes/lanes.js';
import { outcomePayload } from '../mutations/outcome-payload.js';
import type { Receipt } from '../mutations/payload.js';
import type { BatchReceipt, OfflineCommandResult } from './types.js';

export interface BatchResults {
  readonly receipt: BatchReceipt;
  readonly results: OfflineCommandResult[];
}

export async function resultsOf(
  { lane, segments, count }: ReadBatch,
  transaction: CommittedTransaction,
  lanes: Lanes,
): Promise<BatchResults> {
  const outcomes = await lanes.outcomesOf(lane, count, transaction);
  const results = segments.flatMap((segment) =>
    Array.from({ length: segment.count }, (_, i) => {
      const shape = segment.shape as CommandShape;
      const { userErrors, receipt, id = null } = outcomePayload(shape, lane, outcomes[segment.first + i]);
      const idempotencyKey = uuidFromKey(keyOf(segment, i));
      return { command: shape.name, idempotencyKey, userErrors, receipt: receipt as Receipt, id };
    }),
  );
  const { transactionId, block, index, time } = transaction;
  const place = { block: String(block), position: index, height: String(block + 1) };
  return { receipt: { transactionId, ...place, time }, results };
}
