/** The chaincode's process as it is shipped, but that a scenario may change its limits. */
import { readFileSync } from 'node:fs';
import { gridbookChaincode } from '../../../chaincode/index.js';
import { serveChaincode } from '../../../chaincode/server.js';
import { limitsFile, takeLimits } from './shared-limits.js';

const env = (name: string): string => process.env[name] ?? '';
const rules = gridbookChaincode();
await serveChaincode({
  packageId: env('CHAINCODE_ID'),
  address: env('CHAINCODE_SERVER_ADDRESS'),
  key: readFileSync(env('CHAINCODE_TLS_KEY')),
  certificate: readFileSync(env('CHAINCODE_TLS_CERT')),
  chaincode: {
    execute: (port, args) => {
      takeLimits(limitsFile() ?? '');
      return rules.execute(port, args);
    },
  },
});
