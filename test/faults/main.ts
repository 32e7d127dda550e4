/** `npm run test:faults -- --kills 500`, `npm run test:faults -- --ledger fabric --pause 30 --only quorum-lost` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fabricFaults } from './fabric-main.js';
import { killRounds } from './kill.js';

const { values } = parseArgs({
  options: {
    ledger: { type: 'string', default: 'embedded' },
    /** Embedded: how often the writer is killed. */
    kills: { type: 'string', default: '100' },
    /** Fabric: seconds for which a process is paused and links are held. */
    pause: { type: 'string', default: '30' },
    /** Fabric: names of faults, separated by commas. */
    only: { type: 'string' },
    /** Fabric: how orderers agree, `raft` or `bft`. */
    consensus: { type: 'string', default: 'raft' },
  },
});

async function embeddedKills(kills: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'gridbook-faults-'));
  const writer = fileURLToPath(new URL('./writer.js', import.meta.url));
  try {
    const report = await killRounds(directory, writer, kills, Math.random, (done) => {
      if (done % 20 === 0) process.stderr.write(`${done} kills\n`);
    });
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (values.ledger === 'fabric') {
  const { only, consensus } = values;
  process.exitCode = await fabricFaults({ pauseSeconds: Number(values.pause), only, consensus });
} else await embeddedKills(Number(values.kills));
