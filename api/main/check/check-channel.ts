/**
 * Proves a network's channel from the blocks of its peers, also beside a gateway: the chain and its signatures, the
 * rules run anew, the views derived anew, and the conservation rules over all of it.
 */
import type { FabricBlock } from '../../../network/fabric/index.js';
import { gridbookReplay, LedgerVerificationError, replayRecorded } from '../../../network/embedded/index.js';
import { openChannel, readOff, type Reading } from '../composition.js';
import type { Terminal } from '../terminal.js';
import { proveViews, watched, type CheckReport } from './check-folder.js';
import type { Proven } from './proof.js';

export async function checkChannel(
  network: string,
  terminal: Terminal,
  told: (proven: Proven) => void,
): Promise<CheckReport> {
  const proven: Proven[] = [];
  const hold = (entry: Proven): void => {
    proven.push(entry);
    told(entry);
  };
  const { verifyChannel } = await import('../../../network/fabric/index.js');
  const channel = await openChannel(network);
  let reading: Reading | undefined;
  try {
    const replay = gridbookReplay();
    const used = new Set<string>();
    let replayed = 0;
    const { report: ledger } = await watched(
      terminal,
      'Verifying and running the rules anew',
      'blocks',
      (progress) =>
        verifyChannel(channel, {
          progress,
          proven: async (block) => {
            requireHistoryFirst(block, used);
            replayed += await runAgain(replay, block);
          },
        }),
    );
    hold({
      rule: 'chain',
      what: 'every link, data hash, signature of orderers, creators and endorsers, validation code and commit hash',
      count: BigInt(ledger.height),
      unit: 'block',
    });
    hold({
      rule: 'chain',
      what: 'every peer that answers keeps the commit hash that the blocks give',
      count: BigInt(ledger.peers.length),
      unit: 'peer',
    });
    if (replay.stateDigest() !== ledger.stateDigest)
      throw new LedgerVerificationError('the state holds what no transaction of Gridbook wrote');
    hold({
      rule: 'K7',
      what: 'the rules, run anew on each transaction, read and write the same bytes and emit the same event',
      count: BigInt(replayed),
      unit: 'transaction',
    });
    reading = await watched(terminal, 'Deriving the views', 'blocks', (progress) =>
      readOff(channel, progress),
    );
    await proveViews(reading, hold);
    return { ledger, proven };
  } finally {
    await (reading ?? channel).close();
  }
}

/** History is brought along only into a lane that nothing else was given (K11). */
function requireHistoryFirst({ number, transactions }: FabricBlock, used: Set<string>): void {
  for (const { valid, lane, isRecorded, index } of transactions) {
    if (!valid) continue;
    if (!isRecorded) used.add(lane);
    else if (used.has(lane))
      throw new LedgerVerificationError('history is in a lane that is in use', {
        ...{ block: number, transaction: index },
      });
  }
}

/** Runs a block's valid transactions through the rules; answers how many there are. */
async function runAgain(
  replay: ReturnType<typeof gridbookReplay>,
  { number, transactions }: FabricBlock,
): Promise<number> {
  const valid = transactions.filter((transaction) => transaction.valid);
  for (const { transactionId, time, organisation, role, args, event, index, ...sets } of valid) {
    const writes = sets.writes.map(([key, value]) => ({ key, value }));
    const recorded = { reads: sets.reads.map((key) => ({ key })), writes, event };
    await replayRecorded(
      replay,
      { transactionId, timeMs: time, creator: { organisation, role }, args },
      recorded,
      { block: number, transaction: index },
    );
    replay.apply(recorded, { block: number, index });
  }
  return valid.length;
}
