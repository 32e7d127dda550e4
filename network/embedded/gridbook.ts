/** The single-node ledger with Gridbook's chaincode on it: what the composition root opens. */
import { gridbookChaincode } from '../../chaincode/index.js';
import { replayThroughChaincode, type ReplayReport } from './replay.js';
import type { VerifyOptions } from './verify.js';
import { EmbeddedLedger, type EmbeddedLedgerOptions } from './ledger.js';

export const openGridbookLedger = (
  options: Omit<EmbeddedLedgerOptions, 'chaincode'>,
): Promise<EmbeddedLedger> => EmbeddedLedger.open({ ...options, chaincode: gridbookChaincode() });

/** Runs every valid transaction of a data folder anew through Gridbook's rules (K7). */
export const replayGridbookLedger = (directory: string, options: VerifyOptions = {}): Promise<ReplayReport> =>
  replayThroughChaincode(directory, gridbookChaincode(), options);
