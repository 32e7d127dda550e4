/** Runs a file that holds a whole program, from what the engine compiled of it before where that is still good. */
import { createHash, getHashes } from 'node:crypto';
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

/** The program's hash, with which what was compiled begins: BLAKE2 is the quickest, and not allowed everywhere. */
const HASH = getHashes().includes('blake2b512') ? 'blake2b512' : 'sha512';
const HASH_BYTES = 64;
const hashOf = (program) => createHash(HASH).update(program).digest();

/**
 * What was compiled of this very program. The engine itself compares no more than the length of the text: it would run
 * an older program that has as many characters.
 */
function compiledOf(program, cache) {
  if (cache === undefined || !existsSync(cache)) return undefined;
  const kept = readFileSync(cache);
  return kept.subarray(0, HASH_BYTES).equals(hashOf(program)) ? kept.subarray(HASH_BYTES) : undefined;
}

/** The program in `file`; what another version of the engine compiled, the engine refuses and compiles anew. */
export function loadScript(file, cache) {
  const program = readFileSync(file);
  const cachedData = compiledOf(program, cache);
  const script = new Script(`${PARAMETERS}${program.toString()}\n})`, {
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
    /** What the engine compiled of it by now, to be kept beside it. */
    compiled: () => Buffer.concat([hashOf(program), script.createCachedData()]),
    isFromCache: cachedData !== undefined && script.cachedDataRejected === false,
  };
}

/** What a built program exports. */
export const load = (file) => loadScript(file, cacheOf(file)).run();
