/** `npm run test:faults -- --kills 500` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { killRounds } from './kill.js';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' } } });
const directory = mkdtempSync(join(tmpdir(), 'gridbook-faults-'));
const writer = fileURLToPath(new URL('./writer.js', import.meta.url));
try {
  const report = await killRounds(directory, writer, Number(values.kills), Math.random, (done) => {
    if (done % 20 === 0) process.stderr.write(`${done} kills\n`);
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
