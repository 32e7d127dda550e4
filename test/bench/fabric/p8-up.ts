/** P8: from an empty folder to the first transaction endorsed across organisations; and again after kill -9 of all. */
import { BENCHMARKS } from '../../../api/main/benchmarks.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bringDown,
  Layout,
  processPorts,
  readPlan,
  type NetworkPlan,
} from '../../../network/fabric/index.js';
import { runningPid } from '../../../network/fabric/processes.js';
import { figure, median, timed, type Bench } from '../measure.js';

const ROUNDS = 5;
/** From dist/test/bench/fabric. */
const GRIDBOOK = fileURLToPath(new URL('../../../../bin/gridbook.js', import.meta.url));

async function up(folder: string): Promise<void> {
  const args = ['network', 'up', '--dir', folder, '--base-port', '23050'];
  const child = spawn(process.execPath, [GRIDBOOK, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`network up ended with ${code}: ${said}`);
}

/** Ends every process of the network at once, and waits until none is left. */
async function killAll(layout: Layout): Promise<void> {
  const names = processPorts(readPlan(layout) as NetworkPlan).map(({ name }) => name);
  for (const name of names) {
    const pid = runningPid(layout, name);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }
  while (names.some((name) => runningPid(layout, name) !== undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const networkUp: Bench = {
  id: 'P8',
  what: BENCHMARKS.P8.what,
  async run(report) {
    const fresh: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const folder = mkdtempSync(join(tmpdir(), 'gridbook-bench-'));
      const layout = new Layout(folder);
      try {
        fresh.push(await timed(() => up(folder)));
        await killAll(layout);
        again.push(await timed(() => up(folder)));
      } finally {
        await bringDown(layout, { wipe: true });
        rmSync(folder, { recursive: true, force: true });
      }
    }
    report({ id: 'P8', seconds: figure(median(fresh) / 1000), goal: 3 });
    report({ id: 'P8-restart', seconds: figure(median(again) / 1000), goal: 2 });
  },
};
