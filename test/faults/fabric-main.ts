/** `npm run test:faults -- --ledger fabric`: faults of a real network. */
import { fileURLToPath } from 'node:url';
import { CONSENSUS, findPrograms, ProgramsError } from '../../network/fabric/index.js';
import { FAULTS } from './fabric/faults.js';
import { faultRun } from './fabric/run.js';

export interface FabricFaultOptions {
  readonly pauseSeconds: number;
  /** Names of the faults, separated by commas; all without it. */
  readonly only: string | undefined;
  /** How orderers agree. */
  readonly consensus: string;
}

const BASE_PORT = 24_050;

/** Prints one line a step and one report; answers the exit code. */
export async function fabricFaults({ pauseSeconds, only, ...options }: FabricFaultOptions): Promise<number> {
  const names = only?.split(',') ?? FAULTS.map(({ name }) => name);
  const unknown = names.find((name) => !FAULTS.some((fault) => fault.name === name));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if (unknown !== undefined) {
    say(`There is no fault ${unknown}; there are ${FAULTS.map(({ name }) => name).join(', ')}.`);
    return 2;
  }
  const consensus = CONSENSUS.find((each) => each === options.consensus);
  if (!consensus) {
    say(`Orderers agree by ${CONSENSUS.join(' or ')}.`);
    return 2;
  }
  try {
    const report = await faultRun({
      ...{ programs: await findPrograms(), peers: 1, basePort: BASE_PORT, all: true },
      ...{ pauseSeconds, consensus },
      faults: FAULTS.filter(({ name }) => names.includes(name)),
      writer: fileURLToPath(new URL('./fabric/writer.js', import.meta.url)),
      progress: say,
    });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return report.violations === 0 ? 0 : 1;
  } catch (error) {
    say((error as Error).message);
    return error instanceof ProgramsError ? 3 : 1;
  }
}
