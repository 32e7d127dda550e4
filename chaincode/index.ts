/** The whole chaincode: the kernel with every ledger's rules. Both engines run this. */
import { Kernel } from './kernel/execute.js';
import { Registry } from './kernel/registry.js';
import type { Chaincode } from './kernel/state-port.js';
import { TRADE_RULES } from './ledgers/trade/index.js';

export interface ChaincodeOptions {
  /** Bytes of state pages that stay decoded between transactions. */
  readonly memoryBytes?: number;
}

export const gridbookChaincode = (options: ChaincodeOptions = {}): Chaincode =>
  new Kernel(new Registry(TRADE_RULES), options);
