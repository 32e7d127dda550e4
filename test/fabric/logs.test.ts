/** Logs: their end, and what is added while somebody follows them. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOfLog, followLogs, Layout } from '../../network/fabric/index.js';
import { write } from '../../network/fabric/keys.js';
import { lastWords } from '../../network/fabric/logs.js';
import { makePlan } from '../../network/fabric/plan.js';
import { builtProgram } from '../built-program.js';
import { runCommand } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-logs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let layout: Layout;
beforeEach(async () => {
  layout = new Layout(mkdtempSync(join(folder, 'network-')));
  const plan = await makePlan({ organisations: 2, peers: 1, orderers: 1, basePort: 31_500 }, 'v3.1.5');
  write(layout.plan, JSON.stringify(plan));
  mkdirSync(join(layout.root, 'logs'));
});
const NAME = 'orderer0';
const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join('');

describe('the end of a log', () => {
  test('has as many lines as are asked for, with or without a last newline', () => {
    const log = layout.log(NAME);
    expect(endOfLog(layout, NAME, 2)).toBe('');
    writeFileSync(log, numbered(1, 9));
    expect(endOfLog(layout, NAME, 2)).toBe('line 8\nline 9');
    expect(endOfLog(layout, NAME, 100)).toBe(numbered(1, 9).trimEnd());
    appendFileSync(log, 'begun');
    expect(endOfLog(layout, NAME, 2)).toBe('line 9\nbegun');
    appendFileSync(log, '\n\n \n');
    expect(endOfLog(layout, NAME, 2)).toBe('line 9\nbegun');
  });

  test('keeps letters whole wherever they lie', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `${'x'.repeat(i)}${'ä€😀'.repeat(900)}`);
    writeFileSync(layout.log(NAME), `${lines.join('\n')}\n`);
    expect(endOfLog(layout, NAME, 40)).toBe(lines.slice(-40).join('\n'));
  });

  test('is read without the rest, which may be larger than memory', () => {
    const log = layout.log(NAME);
    writeFileSync(log, '');
    truncateSync(log, 64_000_000_000);
    appendFileSync(log, `\n${numbered(1, 3)}`);
    expect(endOfLog(layout, NAME, 2)).toBe('line 2\nline 3');
    expect(endOfLog(layout, NAME, 100)).toBe(numbered(1, 3).trimEnd());
  });
});

describe('why a process ended', () => {
  test.each([
    [
      'a program that gives up',
      '\u001b[35m2025-06-01 FATA\u001b[0m serve -> bind: address in use\nmore\n',
      '2025-06-01 FATA serve -> bind: address in use',
    ],
    ['a panic', 'panic: no space\n\ngoroutine 1:\n\tmain.go:15 +0xf\n', 'panic: no space'],
    ['an error of Node', 'x\nError: no port\n    at async bind (a.js:1:1)\n', 'Error: no port'],
    ['one that says no reason', 'first\nlast\n', 'last'],
  ])('is told of %s', (_, log, reason) => {
    writeFileSync(layout.log(NAME), log);
    expect(lastWords(layout, NAME)).toBe(reason);
  });
});

describe('following a log', () => {
  let ending: AbortController;
  let following: Promise<void>;
  let heard: string[];
  let wake: () => void;
  const follow = (lines: number, names = [NAME]): void => {
    [ending, heard, wake] = [new AbortController(), [], (): void => undefined];
    following = followLogs(layout, names, {
      ...{ lines, signal: ending.signal },
      line: (name, text) => {
        heard.push(`${name}: ${text}`);
        wake();
      },
    });
  };
  /** Waits until so many lines were heard, and answers the last ones. */
  const hear = async (count: number): Promise<string[]> => {
    while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return heard.splice(0).map((line) => line.replace(`${NAME}: `, ''));
  };
  afterEach(async () => {
    ending.abort();
    await following;
  });

  test('begins with its end and goes on with each whole line, once', async () => {
    const log = layout.log(NAME);
    writeFileSync(log, `${numbered(1, 9)}beg`);
    follow(2);
    // The line that is not whole yet is one of the two.
    expect(await hear(1)).toEqual(['line 9']);
    appendFileSync(log, 'un\nnext: €');
    expect(await hear(1)).toEqual(['begun']);
    const euro = Buffer.from('€\nlast\n');
    appendFileSync(log, euro.subarray(0, 2));
    appendFileSync(log, euro.subarray(2));
    expect(await hear(2)).toEqual(['next: €€', 'last']);
    appendFileSync(log, numbered(1, 30_000));
    expect((await hear(30_000)).at(-1)).toBe('line 30000');
  });

  test('survives that it is cut', async () => {
    const log = layout.log(NAME);
    writeFileSync(log, numbered(1, 100));
    follow(1);
    expect(await hear(1)).toEqual(['line 100']);
    truncateSync(log, 0);
    appendFileSync(log, 'anew\n');
    expect(await hear(1)).toEqual(['anew']);
  });

  test('survives that it is moved away, and loses nothing that was written before', async () => {
    const log = layout.log(NAME);
    writeFileSync(log, numbered(1, 3));
    follow(1);
    expect(await hear(1)).toEqual(['line 3']);
    appendFileSync(log, 'last of the old\n');
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'first of the new\n');
    expect(await hear(2)).toEqual(['last of the old', 'first of the new']);
    renameSync(log, `${log}.2`);
    const fd = openSync(`${log}.2`, 'a');
    writeSync(fd, 'still here\n');
    closeSync(fd);
    expect(await hear(1)).toEqual(['still here']);
    rmSync(`${log}.2`);
    writeFileSync(log, 'again\n');
    expect(await hear(1)).toEqual(['again']);
  });

  test('waits for one that is not there yet, and tells of several by name', async () => {
    follow(5, [NAME, 'peer0.Gridline']);
    writeFileSync(layout.log('peer0.Gridline'), 'hello\n');
    await hear(1).then((lines) => expect(lines).toEqual(['peer0.Gridline: hello']));
    writeFileSync(layout.log(NAME), 'here too\n');
    expect(await hear(1)).toEqual(['here too']);
  });

  test('tells a line that was not ended when it is left', async () => {
    writeFileSync(layout.log(NAME), 'one\ntwo');
    follow(5);
    expect(await hear(1)).toEqual(['one']);
    ending.abort();
    await following;
    expect(heard).toEqual([`${NAME}: two`]);
  });
});

describe('gridbook network logs', () => {
  test('prints the end of all, or of one', async () => {
    writeFileSync(layout.log(NAME), numbered(1, 9));
    const one = await runCommand(['network', 'logs', NAME, '--lines', '2', '--dir', layout.root]);
    expect(one).toEqual({ code: 0, out: 'line 8\nline 9\n', err: '' });
    // Where nobody watches, colours are left out.
    writeFileSync(layout.log(NAME), '\u001b[31mline 8\u001b[0m\nline 9\n');
    expect((await runCommand(['network', 'logs', NAME, '--dir', layout.root])).out).toBe('line 8\nline 9\n');
    const all = await runCommand(['network', 'logs', '--lines', '1', '--dir', layout.root]);
    expect(all.out).toMatch(/^── orderer0\nline 9\n── peer0\.Brightwater\n── peer0\.Gridline\n/);
    expect((await runCommand(['network', 'logs', 'nobody', '--dir', layout.root])).code).toBe(2);
  });

  test.each([
    ['SIGINT', [NAME], 'line 9\n', 'more\n'],
    ['SIGTERM', [], 'orderer0              │ line 9\n', 'orderer0              │ more\n'],
  ] as const)('followed, goes on until %s and ends well', async (signal, names, before, after) => {
    writeFileSync(layout.log(NAME), numbered(1, 9));
    const args = ['network', 'logs', ...names, '-f', '--lines', '1', '--dir', layout.root];
    const child = spawn(process.execPath, [builtProgram(), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    const said = async (text: string): Promise<void> => {
      while (!out.includes(text)) out += String((await once(child.stdout, 'data'))[0]);
    };
    await said(before);
    appendFileSync(layout.log(NAME), 'more\n');
    await said(after);
    child.kill(signal);
    expect([(await once(child, 'close'))[0], out]).toEqual([0, `${before}${after}`]);
  });
});
