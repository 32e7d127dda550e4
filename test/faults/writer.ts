/** A child process that writes to a ledger without end and says what was acknowledged, until it is killed. */
import { writeSync } from 'node:fs';
import { EmbeddedLedger } from '../../network/embedded/ledger.js';
import { steps, ToyChaincode } from '../embedded/toy-chaincode.js';

const [directory, from] = process.argv.slice(2);
const ledger = await EmbeddedLedger.open({ directory, chaincode: new ToyChaincode() });
for (let i = Number(from); ; i++) {
  await ledger.submit({
    lane: 'Aurora',
    identity: { organisation: 'Aurora', role: 'HOST' },
    args: steps(['put', `k${i}`, `v${i}`], ['add', 'count', 1]),
  });
  writeSync(1, `${i}\n`);
}
