import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ENGINE_FLAGS } from '../../network/fabric/chaincode-program.js';

const LOOK = `import { cacheOf, CHAINCODE, loadScript } from './bin/one-file.js';
const script = loadScript(CHAINCODE, cacheOf(CHAINCODE));
console.log(JSON.stringify({ isFromCache: script.isFromCache, exports: Object.keys(script.run()) }));`;

/** What a process with these flags finds. */
async function look(flags: readonly string[]): Promise<unknown> {
  const args = [...flags, '--input-type=module', '--eval', LOOK];
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
