/** Runs a file that holds a whole program, from what the engine compiled of it before where that is still good. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const CHAINCODE_SOURCE = path('../dist/chaincode/server.js');
export const CHAINCODE_FILE = path('../dist/chaincode.cjs');
export const CHAINCODE_CACHE = path('../dist/chaincode.cache');

const PARAMETERS = '(function (exports, require, module, __filename, __dirname) {';

/** The program in `file`; what another version of the engine compiled is refused by the engine, and compiled anew. */
export function loadScript(file, cache) {
  const cachedData = cache !== undefined && existsSync(cache) ? readFileSync(cache) : undefined;
  const script = new Script(`${PARAMETERS}${readFileSync(file, 'utf8')}\n})`, { filename: file, cachedData });
  return {
    /** Runs it and gives what it exports. */
    run() {
      const module = { exports: {} };
      script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
      return module.exports;
    },
    compiled: () => script.createCachedData(),
    isFromCache: cachedData !== undefined && script.cachedDataRejected === false,
  };
}
