/** The `gridbook` command as a user meets it: child processes in folders of their own. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from '../built-program.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-command-'));
const program = builtProgram();
const temporary = join(folder, 'tmp');
beforeAll(() => {
  mkdirSync(temporary);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function begin(
  args: readonly string[],
  environment: Record<string, string> = {},
): ChildProcess & { said: { out: string; err: string } } {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, TMPDIR: temporary, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  return Object.assign(child, { said });
}

async function run(args: readonly string[], environment?: Record<string, string>): Promise<Ended> {
  const child = begin(args, environment);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...child.said };
}

/** Waits until a running command has said something; refused where it ends before. */
function heard(child: ReturnType<typeof begin>, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const out = child.stdout as NodeJS.ReadableStream;
    const look = (): void => {
      if (!child.said.out.includes(text)) return;
      done();
      resolve();
    };
    const ended = (): void => {
      done();
      reject(new Error(`it ended: ${child.said.err}`));
    };
    const done = (): void => {
      out.removeListener('data', look);
      child.removeListener('exit', ended);
    };
    out.on('data', look);
    child.once('exit', ended);
    look();
  });
}

describe('help and usage', () => {
  const COMMANDS = [
    'start',
    'demo',
    'import',
    'settle',
    'token',
    'export',
    'backup',
    'restore',
    'rebuild',
    'migrate',
    'network',
    'check',
    'bench',
    'schema',
  ];
  test('the program names every command, and each has its own help with an example', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    for (const command of COMMANDS) {
      const help = await run([command, '--help']);
      expect([command, help.code]).toEqual([command, 0]);
      expect(help.out).toMatch(/Example/);
    }
  });

  test.each([
    [['demo', '--nonsense']],
    [['nonsense']],
    [['demo', '--days', '0']],
    [['start', '--port', 'many']],
    [['export', 'secrets']],
    [['token', '--role', 'KING', '--organisation', 'x']],
    [['demo', '--currency', 'dollars']],
  ])('%j is wrong usage', async (args) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).not.toMatch(/\bat .*\.js:\d+/);
  });

  test('how long a token is accepted beyond its end is said', async () => {
    expect((await run(['token', '--help'])).out).toMatch(/accepted for\s+30 s more/);
  });

  test('the schema of the one file is the published one: its types keep their names', async () => {
    expect(await run(['schema', '--check'])).toEqual({ code: 0, out: '', err: '' });
  });

  test('a folder without a ledger is said in one sentence', async () => {
    for (const command of [['check'], ['settle'], ['export', 'trades'], ['rebuild'], ['backup', 'x']]) {
      const { code, err } = await run([...command, '--data', join(folder, 'nothing')]);
      expect([command, code]).toEqual([command, 3]);
      expect(err.trim().split('\n')).toHaveLength(1);
    }
  });

  test('a setting that is not of its form is refused by name', async () => {
    const { code, err } = await run(['check'], { GRIDBOOK_PORT: 'x' });
    expect([code, err]).toEqual([2, expect.stringContaining('GRIDBOOK_PORT')]);
  });
});

interface Facts {
  readonly engine: string;
  readonly intervals: number;
  readonly readings: number;
  readonly importWh: string;
  readonly exportWh: string;
  readonly stages: Record<
    'contracted' | 'nominated' | 'community' | 'residualImport' | 'residualExport',
    { wh: string; moneyMicros: string }
  >;
  readonly leviesMicros: string;
  readonly standingMicros: string;
  readonly members: { importWh: string; exportWh: string; billMicros: string; retailOnlyMicros: string }[];
  readonly ledgerHeight: number;
  readonly stateDigest: string;
  readonly seconds: number;
}

describe('demo', () => {
  test('conserves energy and money, writes a page without network access, and leaves nothing behind', async () => {
    const report = join(folder, 'day.html');
    const { code, out, err } = await run(['demo', '--days', '1', '--json', '--report', report]);
    expect([code, err.includes('Error')]).toEqual([0, false]);
    const facts = JSON.parse(out) as Facts;
    const sum = (name: 'importWh' | 'exportWh' | 'billMicros'): number =>
      facts.members.reduce((s, m) => s + Number(m[name]), 0);
    const { stages } = facts;
    const bought = Number(stages.contracted.wh) + Number(stages.nominated.wh) + Number(stages.community.wh);
    expect([facts.engine, facts.intervals, facts.readings]).toEqual(['embedded', 96, 1536]);
    expect(sum('importWh')).toBe(Number(facts.importWh));
    expect(bought + Number(stages.residualImport.wh)).toBe(Number(facts.importWh));
    expect(bought + Number(stages.residualExport.wh)).toBe(Number(facts.exportWh));
    for (const stage of ['contracted', 'nominated', 'community'] as const)
      expect(Number(stages[stage].wh)).toBeGreaterThan(0);
    // Trades between homes cancel out: what is left is the retailer's, the network's and the standing lines.
    const retailer = Number(stages.residualImport.moneyMicros) - Number(stages.residualExport.moneyMicros);
    expect(
      Math.abs(sum('billMicros') - retailer - Number(facts.leviesMicros) - Number(facts.standingMicros)),
    ).toBeLessThanOrEqual(96 * 16);
    expect(facts.stateDigest).toMatch(/^[0-9a-f]{64}$/);
    const page = readFileSync(report, 'utf8');
    expect(page).toContain('<svg');
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<link|@import/);
    expect(readdirSync(temporary).filter((name) => name.startsWith('gridbook-'))).toEqual([]);
  });

  test('an interrupted one leaves nothing behind either', async () => {
    const child = begin(['demo', '--days', '20']);
    await once(child.stderr as NodeJS.ReadableStream, 'data');
    child.kill('SIGINT');
    await once(child, 'close');
    expect(readdirSync(temporary).filter((name) => name.startsWith('gridbook-'))).toEqual([]);
  });

  test('a malformed community is refused by file, line and column', async () => {
    const bad = join(folder, 'bad');
    mkdirSync(bad);
    writeFileSync(join(bad, 'loads-watts.csv'), 'unix_start,a\n1613343600,x\n');
    writeFileSync(join(bad, 'pv-per-unit.csv'), 'unix_start,p\n1613343600,0.0\n');
    writeFileSync(join(bad, 'members.csv'), 'household,pv_profile,pv_peak_watts,note\na,,0,\n');
    const { code, err } = await run(['demo', '--community', bad]);
    expect(code).toBe(2);
    expect(err).toMatch(/loads-watts\.csv.*line 2.*column/);
  });
});

describe('start and what goes on beside it', () => {
  const data = join(folder, 'data');
  let child: ReturnType<typeof begin>;
  let url = '';
  const start = async (...args: string[]): Promise<void> => {
    child = begin(['start', '--data', data, '--port', '0', ...args]);
    await heard(child, 'GraphQL: ');
    url = /GraphQL: (\S+)/.exec(child.said.out)?.[1] ?? '';
  };
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  };
  const ask = async (
    query: string,
    token: string,
  ): Promise<{ data?: Record<string, unknown>; errors?: unknown[] }> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { data?: Record<string, unknown>; errors?: unknown[] };
  };
  beforeAll(() => start());
  afterAll(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });

  test('tells the day, and where tokens are, but shows none where nobody watches', async () => {
    const { out } = child.said;
    for (const word of ['Contracted', 'Nominated', 'Community', 'Retailer alone', 'home-16', 'tokens.txt'])
      expect(out).toContain(word);
    const tokens = readFileSync(join(data, 'tokens.txt'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('ey'));
    expect(tokens).toHaveLength(4);
    for (const token of tokens) expect(out).not.toContain(token);
    for (const file of ['tokens.txt', 'keys/signing-key.json'])
      expect(statSync(join(data, file)).mode & 0o777).toBe(0o600);
    expect(out).not.toContain('\u001b[');
  });

  test('the queries that it prints run', async () => {
    const [participant, , , regulator] = readFileSync(join(data, 'tokens.txt'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('ey'));
    const queries = child.said.out.split('\n').filter((line) => line.startsWith('{ '));
    expect(queries).toHaveLength(3);
    for (const query of queries) {
      const answer = await ask(query, regulator);
      expect(answer.errors).toBeUndefined();
      expect(Object.values(answer.data ?? {})).not.toContain(null);
    }
    expect(await ask(queries[0], participant)).toMatchObject({
      data: { statement: { billMicros: expect.stringMatching(/^-?\d+$/) } },
    });
  });

  test('a second one on the same folder, and one on a busy port, are refused in a sentence', async () => {
    const locked = await run(['start', '--data', data, '--port', '0']);
    expect([locked.code, locked.err.trim().split('\n').length]).toEqual([3, 1]);
    expect(locked.err).toContain('in use');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = (server.address() as { port: number }).port;
    const busy = await run(['start', '--data', join(folder, 'other'), '--port', String(port)]);
    expect(busy.code).toBe(3);
    expect(busy.err).toMatch(new RegExp(`${port}.*another Gridbook.*--port`));
    expect(existsSync(join(folder, 'other'))).toBe(false);
    server.close();
  });

  test('check, export, token and backup work beside it', async () => {
    const checked = await run(['check', '--data', data, '--json']);
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.out)).toMatchObject({ ok: true });
    const readings = await run(['export', 'readings', '--data', data]);
    expect(readings.out.trim().split('\n')).toHaveLength(1 + 1536);
    const token = await run([
      'token',
      '--role',
      'PARTICIPANT',
      '--organisation',
      'Brightwater',
      '--participant',
      'home-02',
      '--data',
      data,
    ]);
    expect((await ask('{ viewer { role participantId } }', token.out.trim())).data).toMatchObject({
      viewer: { role: 'PARTICIPANT' },
    });
    const backup = join(folder, 'backup');
    expect((await run(['backup', backup, '--data', data])).code).toBe(0);
    expect((await run(['backup', backup, '--data', data])).code).toBe(2);
    const restored = join(folder, 'restored');
    expect((await run(['restore', backup, '--data', restored])).code).toBe(0);
    const again = await run(['check', '--data', restored, '--json']);
    expect((JSON.parse(again.out) as { ledger: { stateDigest: string } }).ledger.stateDigest).toBe(
      (JSON.parse(checked.out) as { ledger: { stateDigest: string } }).ledger.stateDigest,
    );
  });

  test('ends in order, goes on at the next start, and begins anew beside the old folder with --fresh', async () => {
    const height = /\(([\d,]+) blocks\)/.exec(child.said.out)?.[1];
    expect(await stop()).toBe(0);
    await start();
    expect(/\(([\d,]+) blocks\)/.exec(child.said.out)?.[1]).toBe(height);
    expect(await stop()).toBe(0);
    await start('--fresh', '--empty');
    expect(readdirSync(folder).filter((name) => name.startsWith('data.'))).toHaveLength(1);
    expect(await stop()).toBe(0);
  });

  test('demonstration keys are refused in production and off loopback, in a sentence', async () => {
    for (const [args, environment] of [
      [[], { NODE_ENV: 'production' }],
      [['--host', '0.0.0.0'], {}],
    ] as [string[], Record<string, string>][]) {
      const { code, err } = await run(
        ['start', '--data', join(folder, 'p'), '--port', '0', ...args],
        environment,
      );
      expect(code).toBeGreaterThan(0);
      expect(err).toMatch(/demonstration keys/i);
    }
  });
});

describe('a first start that is interrupted', () => {
  const blocks = (data: string): number =>
    statSync(join(data, 'ledger/blocks.bin'), { throwIfNoEntry: false })?.size ?? 0;
  /** Ends a start as soon as its ledger has more than so many bytes; answers what it had said. */
  const interrupted = async (data: string, bytes: number, signal: NodeJS.Signals): Promise<Ended> => {
    const child = begin(['start', '--data', data, '--port', '0']);
    while (blocks(data) <= bytes) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill(signal);
    const [code] = (await once(child, 'close')) as [number | null];
    expect(existsSync(join(data, 'unfinished.json'))).toBe(true);
    return { code, ...child.said };
  };
  /** What a start prints of the day. */
  const day = async (data: string): Promise<string> => {
    const child = begin(['start', '--data', data, '--port', '0']);
    await heard(child, 'GraphQL: ');
    child.kill('SIGTERM');
    await once(child, 'close');
    return child.said.out.split('Access tokens')[0];
  };

  test('while it is set up and within its day, is finished by the next and prints what one would that was not', async () => {
    const [whole, cut] = [join(folder, 'whole'), join(folder, 'cut')];
    const wanted = await day(whole);
    expect(wanted).toContain('1,536 readings of 96 intervals');
    expect(existsSync(join(whole, 'unfinished.json'))).toBe(false);
    await interrupted(cut, 10_000, 'SIGKILL');
    const { code, err } = await interrupted(cut, blocks(whole) / 3, 'SIGINT');
    expect([code, err]).toEqual([130, expect.stringContaining('go on where they stopped')]);
    expect(await run(['demo', '--data', cut])).toMatchObject({
      code: 2,
      err: expect.stringContaining('`gridbook start --data'),
    });
    expect(await day(cut)).toBe(wanted);
    expect((await run(['check', '--data', cut])).code).toBe(0);
  }, 240_000);
});

describe('check', () => {
  test('names what does not hold: a flipped byte', async () => {
    const restored = join(folder, 'restored');
    const file = join(restored, 'ledger/blocks.bin');
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    writeFileSync(file, bytes);
    const { code, err } = await run(['check', '--data', restored]);
    expect(code).toBe(1);
    expect(err).toMatch(/block/);
  });
});
