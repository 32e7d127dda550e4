/** Scenarios as they are, on a Fabric network: some of them here, all with `npm run test:scenarios -- --ledger fabric`. */
import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fabricPrograms } from './programs.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const MAIN = fileURLToPath(new URL('../../dist/test/scenarios/main.js', import.meta.url));

onFabric('scenarios', () => {
  test('of keys and of what a settlement may cost come out as on the embedded ledger', async () => {
    const args = [MAIN, '--ledger', 'fabric', 'idempotency', 'settlement-cost'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    // What failed stands in what it said.
    expect([code, code === 0 ? '' : said]).toEqual([0, '']);
    expect(said).toContain('"failed":0,"skipped":2');
  }, 600_000);
});
