/** The single-node ledger with Gridbook's chaincode on it: what the composition root opens. */
import { gridbookChaincode } from '../../chaincode/index.js';
import { EmbeddedLedger, type EmbeddedLedgerOptions } from './ledger.js';

export const openGridbookLedger = (
  options: Omit<EmbeddedLedgerOptions, 'chaincode'>,
): Promise<EmbeddedLedger> => EmbeddedLedger.open({ ...options, chaincode: gridbookChaincode() });
