/** Runs benchmarks; each prints lines `BENCH {…}`: `[--only P4,P6] [--ledger fabric]`. */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { runOf } from '../../api/main/benchmarks.js';
import { fabricTransfers } from './fabric/p1-transfers.js';
import { graphqlOnFabric } from './fabric/p2-lone.js';
import { fabricInterval } from './fabric/p12-interval.js';
import { networkUp } from './fabric/p8-up.js';
import { machine, type Bench } from './measure.js';
import { clearing } from './p4-clearing.js';
import { transfers } from './p6-transfers.js';
import { growth } from './p7-growth.js';
import { community } from './p10-community.js';

const EMBEDDED: readonly Bench[] = [clearing, transfers, growth, community];
const FABRIC: readonly Bench[] = [fabricTransfers, graphqlOnFabric, networkUp, fabricInterval];

const { values } = parseArgs({ options: { only: { type: 'string' }, ledger: { type: 'string' } } });
const benches = values.ledger === 'fabric' ? FABRIC : EMBEDDED;
const only = values.only?.split(',').map(runOf);
const chosen = benches.filter(({ id }) => only?.includes(id) ?? true);
if (chosen.length === 0) {
  process.stderr.write(`There is no such benchmark; there are ${benches.map(({ id }) => id).join(', ')}.\n`);
  process.exitCode = 1;
}
process.stdout.write(`${machine()}\n`);
for (const bench of chosen) {
  process.stderr.write(`${bench.id}: ${bench.what}\n`);
  await bench.run((result) => process.stdout.write(`BENCH ${JSON.stringify(result)}\n`));
}
