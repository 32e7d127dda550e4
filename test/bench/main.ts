/** Runs benchmarks; each prints lines `BENCH {…}`. Arguments: ids to run, separated by commas; all without any. */
import 'reflect-metadata';
import { machine, type Bench } from './measure.js';
import { clearing } from './p4-clearing.js';
import { transfers } from './p6-transfers.js';
import { growth } from './p7-growth.js';
import { community } from './p10-community.js';

const BENCHES: readonly Bench[] = [clearing, transfers, growth, community];

const only = process.argv[2]?.split(',');
const chosen = BENCHES.filter(
  ({ id }) => only?.some((name) => id === name || (id === 'P10' && name === 'P11')) ?? true,
);
if (chosen.length === 0) {
  process.stderr.write(`There is no such benchmark; there are ${BENCHES.map(({ id }) => id).join(', ')}.\n`);
  process.exitCode = 1;
}
process.stdout.write(`${machine()}\n`);
for (const bench of chosen) {
  process.stderr.write(`${bench.id}: ${bench.what}\n`);
  await bench.run((result) => process.stdout.write(`BENCH ${JSON.stringify(result)}\n`));
}
