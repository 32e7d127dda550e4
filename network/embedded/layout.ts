/** Where a ledger's files lie in a data folder. */
import { join } from 'node:path';

export interface Layout {
  /** Everything below. */
  readonly root: string;
  /** The blocks: all that there is to know (FORMAT.md). */
  readonly blocks: string;
  /** Witness of the last acknowledged block. */
  readonly tip: string;
  /** Derived state, LevelDB; may be removed, it is rebuilt. */
  readonly state: string;
  /** Keys and certificates, mode 0600. */
  readonly identities: string;
  /** The lock, an empty LevelDB. */
  readonly lock: string;
}

export function layoutOf(directory: string): Layout {
  const root = join(directory, 'ledger');
  return {
    root,
    blocks: join(root, 'blocks.bin'),
    tip: join(root, 'tip'),
    state: join(root, 'state'),
    identities: join(root, 'identities'),
    lock: join(root, 'lock'),
  };
}
