/**
 * History that is brought along from another ledger (K11): recorded batches, each with the time at which it was recorded,
 * into a lane that nothing else was given. Whoever gave a batch then signs it anew; a majority endorses it like any other.
 */
import { historyKey } from '../../schema/contract.js';
import { GridbookError } from '../../schema/errors.js';
import { isRecordId } from '../../schema/ids.js';
import { headKey, leavesIn } from './lane-head.js';
import { decodePage, encodePage } from './pages.js';
import type { Chaincode, StatePort } from './state-port.js';

// Columns of a lane's record of what was brought along.
const LEAVES = 0; // one value: transactions so far
const DIGEST = 1; // one value, once it is closed: digest of the state that it comes to
const WIDTH = 2;

const HEX = /^[0-9a-f]{64}$/;

/** Runs a recorded batch as of its time. */
export async function bringAlong(
  chaincode: Chaincode,
  port: StatePort,
  batch: Uint8Array,
  timeMs: number,
): Promise<void> {
  const lane = laneOf(batch);
  const leaves = await openLeaves(port, lane);
  // What is to come was not recorded.
  if (!Number.isSafeInteger(timeMs) || timeMs < 0 || timeMs > port.timeMs)
    throw new GridbookError('TIME_SKEW');
  await chaincode.execute({ ...port, timeMs }, batch);
  await keep(port, lane, leaves + 1, []);
}

/** Ends a lane's history for good, with the digest of the state that the other ledger came to. */
export async function endHistory(port: StatePort, lane: string, digest: string): Promise<void> {
  const { organisation, role } = port.creator;
  if (organisation !== lane || role !== 'HOST') throw new GridbookError('WRONG_LANE');
  if (!HEX.test(digest)) throw new GridbookError('MALFORMED_BATCH');
  const leaves = await openLeaves(port, lane);
  if (leaves === 0) throw new GridbookError('WRONG_STATE');
  await keep(port, lane, leaves, [digest]);
}

/**
 * Transactions of a lane so far, all of which were brought along; refused where anything else was given to it, or its
 * history was ended. Every transaction of a lane writes its head, so that none can come in between unseen.
 */
async function openLeaves(port: StatePort, lane: string): Promise<number> {
  const key = historyKey(lane);
  const { columns } = decodePage(key, await port.getState(key), WIDTH);
  const leaves = leavesIn(lane, await port.getState(headKey(lane)));
  if (columns[DIGEST].length > 0 || ((columns[LEAVES][0] as number | undefined) ?? 0) !== leaves)
    throw new GridbookError('WRONG_STATE');
  return leaves;
}

async function keep(port: StatePort, lane: string, leaves: number, digest: readonly string[]): Promise<void> {
  const key = historyKey(lane);
  await port.putState(
    key,
    encodePage({ key, columns: [[leaves], [...digest]], bytes: undefined, dirty: true }),
  );
}

/** The lane that a batch names; what else is in it is read by whoever runs it. */
function laneOf(batch: Uint8Array): string {
  let lane: unknown;
  try {
    const text = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength).toString();
    lane = (JSON.parse(text) as unknown[])[1];
  } catch {
    throw new GridbookError('MALFORMED_BATCH');
  }
  if (typeof lane !== 'string' || !isRecordId(lane)) throw new GridbookError('MALFORMED_BATCH');
  return lane;
}
