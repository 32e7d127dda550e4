/** Proves all blocks that a channel has now, as its peers give them. */
import { LedgerVerificationError } from '../embedded/errors.js';
import { readBlock, type FabricBlock } from './block.js';
import type { FabricLedger } from './ledger.js';
import { ChannelVerification, type ChannelReport } from './verify.js';

export type { ChannelReport } from './verify.js';

export interface VerifyChannelOptions {
  /** Hears after each block how many are done. */
  readonly progress?: (done: number, total: number) => void;
  /** Is given each block once it is proven. */
  readonly proven?: (block: FabricBlock) => Promise<void>;
  /** Blocks that are looked at; all where it is not given. */
  readonly height?: number;
}

export interface ProvenChannel extends ChannelReport {
  /** Those that agree. */
  readonly peers: readonly string[];
}

/** Throws a `LedgerVerificationError` that names the first difference; answers the state too. */
export async function verifyChannel(
  ledger: FabricLedger,
  { progress, proven, height = ledger.height() }: VerifyChannelOptions,
): Promise<{ readonly report: ProvenChannel; readonly verification: ChannelVerification }> {
  const verification = new ChannelVerification();
  const ending = new AbortController();
  try {
    for await (const raw of ledger.rawBlocks(0, ending.signal)) {
      verification.take(raw);
      const block = readBlock(raw);
      // Nobody signs the first block: it is the one that the folder's owner has agreed to.
      if (block.number === 0 && verification.report().ledgerId !== ledger.ledgerId)
        throw new LedgerVerificationError('the channel was not begun by the first block of the folder');
      await proven?.(block);
      progress?.(block.number + 1, height);
      if (block.number + 1 >= height) break;
    }
  } finally {
    ending.abort();
  }
  const report = verification.report();
  const kept = await ledger.commitHashes(height - 1);
  const other = kept.find(({ hash }) => hash !== report.commitHash);
  if (other) {
    throw new LedgerVerificationError(`${other.peer} has another state than the blocks give`, {
      block: height - 1,
    });
  }
  return { report: { ...report, peers: kept.map(({ peer }) => peer) }, verification };
}
