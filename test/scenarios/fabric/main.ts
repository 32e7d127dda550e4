/** Runs scenarios on a Fabric network that is there for them alone; answers how jest ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms, ProgramsError } from '../../../network/fabric/index.js';
import { LEDGERS_VARIABLE, NETWORK_VARIABLE } from './engine.js';
import { ScenarioNetwork } from './network.js';
import { LIMITS_VARIABLE } from './shared-limits.js';

const BASE_PORT = 30_250;
const NO_PROGRAMS = 3;
/** Some give thousands of transactions. */
const TEST_MS = 1_200_000;

export async function scenariosOnFabric(jest: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-scenarios-'));
  let network: ScenarioNetwork | undefined;
  try {
    const place = join(folder, 'network');
    network = await ScenarioNetwork.open({
      ...{ folder: place, programs: await findPrograms(), basePort: BASE_PORT },
    });
    const report = join(folder, 'report.json');
    const code = await run(
      [...jest, '--runInBand', `--testTimeout=${TEST_MS}`, '--json', `--outputFile=${report}`],
      {
        [NETWORK_VARIABLE]: place,
        [LEDGERS_VARIABLE]: network.address,
        [LIMITS_VARIABLE]: network.limitsFile,
      },
    );
    process.stdout.write(`SCENARIOS ${JSON.stringify(figuresOf(report))}\n`);
    return code;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof ProgramsError ? NO_PROGRAMS : 1;
  } finally {
    await network?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(jest: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, jest, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment },
  });
  // The network is ended whoever ends the scenarios.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

function figuresOf(path: string): object {
  const told = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
  return {
    ...{ ledger: 'fabric', passed: told.numPassedTests, failed: told.numFailedTests },
    skipped: told.numPendingTests,
    seconds: Math.round((Date.now() - told.startTime) / 1000),
  };
}
