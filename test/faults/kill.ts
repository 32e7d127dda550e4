/** Kills a writing process at random moments: nothing acknowledged may be lost, nothing may have happened twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EmbeddedLedger } from '../../network/embedded/ledger.js';
import { verifyFiles } from '../../network/embedded/verify.js';
import { ToyChaincode } from '../embedded/toy-chaincode.js';

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  /** Committed, but not acknowledged when the process died. */
  readonly beyond: number;
  readonly height: number;
}

const MOST_BEFORE_KILL = 25;

/** `random` gives numbers from 0 up to 1. */
export async function killRounds(
  directory: string,
  writer: string,
  kills: number,
  random: () => number,
  progress: (done: number) => void = () => undefined,
): Promise<KillReport> {
  let acknowledged = 0;
  let next = 0;
  let beyond = 0;
  let height = 0;
  for (let kill = 0; kill < kills; kill++) {
    const last = await writeUntilKilled(directory, writer, next, Math.floor(random() * MOST_BEFORE_KILL));
    acknowledged += Math.max(0, last + 1 - next);
    const ledger = await EmbeddedLedger.open({ directory, chaincode: new ToyChaincode() });
    try {
      const text = async (key: string): Promise<string | undefined> => {
        const value = await ledger.readState(key);
        return value && Buffer.from(value).toString();
      };
      for (let i = next; i <= last; i++) {
        if ((await text(`k${i}`)) !== `v${i}`)
          throw new Error(`acknowledged write ${i} is lost after kill ${kill}`);
      }
      let stands = Math.max(next, last + 1);
      while ((await text(`k${stands}`)) !== undefined) stands++;
      beyond += stands - Math.max(next, last + 1);
      const count = Number((await text('count')) ?? 0);
      if (count !== stands)
        throw new Error(`${stands} writes stand, but ${count} happened, after kill ${kill}`);
      next = stands;
      height = ledger.height();
    } finally {
      await ledger.close();
    }
    progress(kill + 1);
  }
  const report = await verifyFiles(directory);
  if (report.height !== height) throw new Error('verification sees another height');
  return { kills, acknowledged, beyond, height };
}

/** Answers the last number that was acknowledged; one below the first where none was. */
async function writeUntilKilled(
  directory: string,
  writer: string,
  from: number,
  acknowledgements: number,
): Promise<number> {
  const child = spawn(process.execPath, [writer, directory, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > acknowledgements) child.kill('SIGKILL');
  });
  // Also killed before it says anything: while it opens the ledger.
  if (acknowledgements === 0) child.kill('SIGKILL');
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== null) throw new Error(`the writer ended by itself with ${code}`);
  const whole = said.slice(0, said.lastIndexOf('\n') + 1).trim();
  return whole === '' ? from - 1 : Number(whole.split('\n').at(-1));
}
