import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENGINE_FLAGS } from '../../network/fabric/chaincode-program.js';

const LOOK = `import { cacheOf, CHAINCODE, loadScript } from './bin/one-file.js';
const script = loadScript(CHAINCODE, cacheOf(CHAINCODE));
console.log(JSON.stringify({ isFromCache: script.isFromCache, exports: Object.keys(script.run()) }));`;

/** What a program in a process with these flags tells. */
async function look(flags: readonly string[], program = LOOK, ...more: string[]): Promise<unknown> {
  const args = [...flags, '--input-type=module', '--eval', program, ...more];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

describe('the built chaincode', () => {
  test('starts from what the engine compiled of it when it was built', async () => {
    expect(await look(ENGINE_FLAGS)).toEqual({ isFromCache: true, exports: ['serveChaincode'] });
  });

  test('is compiled anew by an engine that was given other flags', async () => {
    expect(await look(['--max-old-space-size=300'])).toEqual({
      isFromCache: false,
      exports: ['serveChaincode'],
    });
  });
});

const SWAP = `import { writeFileSync } from 'node:fs';
import { cacheOf, loadScript } from './bin/one-file.js';
const file = process.argv[1];
const keep = (text) => writeFileSync(file, text);
keep('module.exports = () => 1;');
const first = loadScript(file);
first.run()();
writeFileSync(cacheOf(file), first.compiled());
const same = loadScript(file, cacheOf(file));
keep('module.exports = () => 2;');
const other = loadScript(file, cacheOf(file));
console.log(JSON.stringify([same, other].map((script) => [script.isFromCache, script.run()()])));`;

describe('a program that was changed', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gridbook-one-file-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('never runs as it was before, also where it has as many characters', async () => {
    expect(await look([], SWAP, join(folder, 'program.cjs'))).toEqual([
      [true, 1],
      [false, 2],
    ]);
  });
});
