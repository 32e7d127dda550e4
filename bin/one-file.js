/** Runs a file that holds a whole program, from what the engine compiled of it before where that is still good. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, Script } from 'node:vm';

const built = (name) => fileURLToPath(new URL(`../dist/${name}.cjs`, import.meta.url));
export const CHAINCODE = built('chaincode');
export const GRIDBOOK = built('gridbook');
export const cacheOf = (file) => `${file}.cache`;

const PARAMETERS = '(function (exports, require, module, __filename, __dirname) {';

/** The program in `file`; what another version of the engine compiled, the engine refuses and compiles anew. */
export function loadScript(file, cache) {
  const cachedData = cache !== undefined && existsSync(cache) ? readFileSync(cache) : undefined;
  const script = new Script(`${PARAMETERS}${readFileSync(file, 'utf8')}\n})`, {
    filename: file,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
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

/** What a built program exports. */
export const load = (file) => loadScript(file, cacheOf(file)).run();
