/** Bringing the derived state to the height of the block file: as it is, by replaying what it lacks, or from zero. */
import { isOutOfSpace, type BlockFile } from './block-file.js';
import { commitHash, VALID } from './commit-hash.js';
import { envelopesOf } from './committed-block.js';
import { LedgerTruncatedError, StateStoreError } from './errors.js';
import { corruptBlock, type StoredBlock } from './frame.js';
import type { Notice } from './notice.js';
import { State, type AppliedWrites } from './state.js';
import { StateStore, type StatePosition } from './state-store.js';

export interface RestoreOptions {
  readonly folder: string;
  readonly file: BlockFile;
  readonly ledgerId: Buffer;
  readonly cacheBytes: number;
  readonly notice: (notice: Notice) => void;
  /** Whether the height of the block file has a witness of its own (tip.ts). */
  readonly witnessed: boolean;
}

const NONE = Buffer.alloc(0);
/** Blocks between two notices of progress. */
const PROGRESS_BLOCKS = 500;

export async function restoreState(o: RestoreOptions): Promise<State> {
  let reason: string;
  try {
    const found = await openStore(o);
    if (typeof found !== 'string') return found;
    reason = found;
  } catch (error) {
    // A store that cannot be read is rebuilt; what concerns the blocks, or a full disk, is not mended by that.
    if (!(error instanceof StateStoreError) || isOutOfSpace(error.cause)) throw error;
    reason = error.message;
  }
  if (reason !== NEW || o.file.height > 1)
    o.notice({ code: 'STATE_REBUILT', message: `The state is rebuilt from the blocks: ${reason}.` });
  await StateStore.wipe(o.folder);
  const start = {
    ledgerId: o.ledgerId,
    height: 0,
    headerHash: NONE,
    commitHash: NONE,
    sum: Buffer.alloc(32),
  };
  return replay(await StateStore.open(o.folder), start, o);
}

/** The store as it is, brought to the height of the file; or why it has to be rebuilt. */
async function openStore(o: RestoreOptions): Promise<State | string> {
  const store = await StateStore.open(o.folder);
  let position: StatePosition | string;
  try {
    position = await checkedPosition(store, o);
  } catch (error) {
    await store.close();
    throw error;
  }
  if (typeof position !== 'string') return replay(store, position, o);
  await store.close();
  return position;
}

const NEW = 'there is none yet';

/** The store's position where everything in it is as it was written; otherwise why it has to be rebuilt. */
async function checkedPosition(store: StateStore, o: RestoreOptions): Promise<StatePosition | string> {
  const position = store.position();
  if (!position) return (await store.isEmpty()) ? NEW : 'it does not say how far it has come';
  if (!o.ledgerId.equals(position.ledgerId)) return 'it belongs to another ledger';
  if (position.height > o.file.height) {
    // Blocks reach the store after they were durable: without another witness, they are lost.
    if (!o.witnessed) {
      throw new LedgerTruncatedError(
        `the block file ends after ${o.file.height} blocks, but ${position.height} had been committed; restore it from a backup`,
      );
    }
    return 'it is ahead of the blocks';
  }
  const block = await o.file.read(position.height - 1);
  if (!block.headerHash.equals(position.headerHash) || !block.commitHash.equals(position.commitHash)) {
    return 'it does not follow from the blocks';
  }
  const sum = await store.sum();
  return sum.bytes.equals(position.sum) ? position : 'a part of it is missing';
}

/** Applies the write sets of the blocks that the store lacks, and checks the commit hash of each. */
async function replay(store: StateStore, from: StatePosition, o: RestoreOptions): Promise<State> {
  const state = new State(store, from, o.cacheBytes);
  try {
    await applyBlocks(state, o);
    return state;
  } catch (error) {
    await state.close();
    throw state.failure ?? error;
  }
}

async function applyBlocks(state: State, o: RestoreOptions): Promise<void> {
  for (let number = state.height; number < o.file.height; number++) {
    const block = await o.file.read(number);
    const applied = appliedWrites(block);
    const hash = commitHash(block.filter, (index) => applied.get(index)?.writes ?? [], state.commitHash);
    if (!hash.equals(block.commitHash)) throw corruptBlock(number);
    const list = [...applied.values()];
    await state.room();
    state.apply(block, list, state.before(list));
    if (state.failure) throw state.failure;
    if ((number + 1) % PROGRESS_BLOCKS === 0) {
      o.notice({
        code: 'STATE_REPLAYED',
        message: 'Blocks are applied to the state.',
        done: number + 1,
        total: o.file.height,
      });
    }
  }
}

function appliedWrites(block: StoredBlock): Map<number, AppliedWrites> {
  const applied = new Map<number, AppliedWrites>();
  envelopesOf(block).forEach(({ writes }, index) => {
    if (block.filter[index] !== VALID) return;
    // Copies, as a value in the cache must not hold on to its whole block.
    const own = writes.map(({ key, value, digest }) => ({ key, value: Buffer.from(value), digest }));
    applied.set(index, { index, writes: own });
  });
  return applied;
}
