/** The channel's first block, as a folder has it: whose hash names the ledger. */
import { readFileSync } from 'node:fs';
import { common } from '@hyperledger/fabric-protos';
import { headerHash } from '../x509/der.js';
import type { Layout } from './layout.js';

/** Its header hash, hex. */
export function foundationOf(layout: Layout): string {
  const header = common.Block.deserializeBinary(readFileSync(layout.genesisBlock)).getHeader();
  const [previous, data] = [header?.getPreviousHash_asU8(), header?.getDataHash_asU8()];
  return headerHash(0, previous ?? new Uint8Array(0), data ?? new Uint8Array(0)).toString('hex');
}
