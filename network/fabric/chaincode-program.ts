/** The program of a chaincode process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Built code lies under dist; from sources the program beside it is the same. */
export const PROGRAM = (() => {
  const here = fileURLToPath(import.meta.url);
  const root = here.slice(0, here.lastIndexOf(`${join('network', 'fabric')}`));
  return join(root.replace(/dist[/\\]$/, ''), 'bin', 'chaincode.js');
})();

/**
 * Most that a chaincode's heap grows to: several times what a full batch of 10,000 commands needs (test/bench/RESULTS.md).
 * One that needs more ends, and its peer's organisation endorses nothing until it is started again.
 */
const HEAP_MB = 512;

/** What was compiled under other flags, the engine compiles again: the program is built under these. */
export const ENGINE_FLAGS: readonly string[] = [`--max-old-space-size=${HEAP_MB}`];
