/** The single-node ledger with Gridbook's chaincode on it: what the composition root opens. */
import { gridbookChaincode } from '../../chaincode/index.js';
import { headKey } from '../../chaincode/kernel/lane-head.js';
import { PAGE_FORMAT } from '../../schema/command.js';
import { formatOf, otherFormat } from './page-format.js';
import { Replay, replayThroughChaincode, type ReplayReport } from './replay.js';
import type { VerifyOptions } from './verify.js';
import { EmbeddedLedger, type EmbeddedLedgerOptions } from './ledger.js';

export async function openGridbookLedger(
  options: Omit<EmbeddedLedgerOptions, 'chaincode'>,
): Promise<EmbeddedLedger> {
  const ledger = await EmbeddedLedger.open({ ...options, chaincode: gridbookChaincode() });
  try {
    await requireKnownPages(ledger);
    return ledger;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** A ledger of another page format is refused when it is opened, not by each command that is given to it (K9). */
async function requireKnownPages(ledger: EmbeddedLedger): Promise<void> {
  const lane = await firstLane(ledger);
  const head = lane === undefined ? undefined : await ledger.readState(headKey(lane));
  const format = head && formatOf(head);
  if (format !== undefined && format !== PAGE_FORMAT) throw otherFormat(format, PAGE_FORMAT);
}

async function firstLane(ledger: EmbeddedLedger): Promise<string | undefined> {
  if (ledger.height() === 0) return undefined;
  for await (const { number, transactions } of ledger.blocks(0)) {
    const first = transactions.find(({ valid }) => valid);
    if (first) return first.lane;
    if (number + 1 >= ledger.height()) return undefined;
  }
  return undefined;
}

/** Runs every valid transaction of a data folder anew through Gridbook's rules (K7). */
export const replayGridbookLedger = (directory: string, options: VerifyOptions = {}): Promise<ReplayReport> =>
  replayThroughChaincode(directory, gridbookChaincode(), options);

/** Gridbook's rules on an empty state, for transactions that another engine recorded. */
export const gridbookReplay = (): Replay => new Replay(gridbookChaincode());
