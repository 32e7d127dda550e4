/** Runs a command line in this process, with an environment of its own. */
import { runCommandLine } from '../../api/main/run.js';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const said = { out: '', err: '' };
  const code = await runCommandLine(args, {
    environment: { PATH: process.env.PATH, ...environment },
    out: { write: (text: string) => (said.out += text) },
    err: { write: (text: string) => (said.err += text) },
  });
  return { code, ...said };
}
