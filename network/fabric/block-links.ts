/** Whether the blocks that a peer gives follow on one another, and on what is known of the chain. */
import type { common } from '@hyperledger/fabric-protos';
import { headerHash } from '../x509/der.js';
import { NetworkError } from './errors.js';

/** A peer gave another block than the one that follows: it lies, or its chain is another one. */
export class BrokenChainError extends NetworkError {}

export interface Link {
  readonly number: number;
  readonly hash: Buffer;
  readonly previous: Uint8Array;
}

export function linkOf(block: common.Block): Link {
  const header = block.getHeader();
  if (!header) throw new BrokenChainError('a block has no header');
  const number = header.getNumber();
  const previous = header.getPreviousHash_asU8();
  return { number, previous, hash: headerHash(number, previous, header.getDataHash_asU8()) };
}

/** Takes one block after the other, from a number on; throws at the first that does not follow. */
export function following(from: number, known: Link | undefined): (block: common.Block) => void {
  let before = known?.number === from - 1 ? known : undefined;
  let next = from;
  return (block) => {
    const link = linkOf(block);
    if (link.number !== next)
      throw new BrokenChainError(`a peer gives block ${link.number} where ${next} follows`);
    const isOther = known?.number === next && !link.hash.equals(known.hash);
    const isLoose = before && !before.hash.equals(link.previous);
    if (isOther || isLoose) throw new BrokenChainError(`a peer's block ${next} is of another chain`);
    before = link;
    next++;
  };
}
