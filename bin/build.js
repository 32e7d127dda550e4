/**
 * Puts a program and all that it stands on into one file, with what the engine compiled of it beside it: it starts in a
 * third of the time that hundreds of files take.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ENGINE_FLAGS } from '../dist/network/fabric/chaincode-program.js';
import { cacheOf, CHAINCODE, GRIDBOOK, loadScript } from './one-file.js';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
/** Each with its source, the flags of its processes, and a call that has the engine compile what most calls need. */
const PROGRAMS = {
  chaincode: {
    file: CHAINCODE,
    source: 'chaincode/server.js',
    keepNames: false,
    flags: ENGINE_FLAGS,
    use: () => undefined,
  },
  gridbook: {
    file: GRIDBOOK,
    source: 'api/main/run.js',
    keepNames: true,
    flags: [],
    use: async ({ runCommandLine }) => {
      const nowhere = { write: () => true };
      const exitCode = await runCommandLine(['--help'], {
        environment: {},
        out: nowhere,
        err: process.stderr,
      });
      if (exitCode !== 0) throw new Error('the built command does not print its help');
    },
  },
};
/** What cannot lie in one file: native parts, WebAssembly, and what is not installed. */
const APART = ['classic-level', '@electric-sql/pglite', 'pkcs11js', 'pg-native'];

/** A module goes on to know where its own file was, by which it finds others. */
const ownPlaces = {
  name: 'own places',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.m?js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const place = JSON.stringify(relative(DIST, path).split(sep).join('/'));
      return { contents: text.replaceAll('import.meta.url', `placeOf(${place})`), loader: 'js' };
    }),
};
/**
 * GraphQL's library tells a second copy of itself from the first, at each look at a type, unless it runs in production.
 * In one file there is one copy.
 */
const oneGraphql = {
  name: 'one graphql',
  setup: ({ onLoad }) =>
    onLoad({ filter: /graphql\/jsutils\/instanceOf\.m?js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const asked = "process.env.NODE_ENV === 'production'";
      if (!text.includes(asked)) throw new Error(`${path} does not ask for production any more`);
      return { contents: text.replace(asked, 'true'), loader: 'js' };
    }),
};
const PLACE_OF = `const placeOf = (path) => new URL(path, require('node:url').pathToFileURL(__filename)).href;`;

async function bundle({ file, source, keepNames }) {
  await build({
    entryPoints: [DIST + source],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: APART,
    plugins: [oneGraphql, ownPlaces],
    // Types of the gateway are named by their classes, of which one file renames those whose name is taken.
    keepNames,
    // A third less to read and to compare; names stay, so that what goes wrong can be told where.
    minifyWhitespace: true,
    lineLimit: 160,
    banner: { js: PLACE_OF },
    legalComments: 'linked',
    logLevel: 'warning',
  });
}

async function compile({ file, use }) {
  const script = loadScript(file);
  await use(script.run());
  // Processes may start meanwhile: they find the whole of it or nothing.
  const draft = `${cacheOf(file)}.${process.pid}`;
  writeFileSync(draft, script.compiled());
  renameSync(draft, cacheOf(file));
}

const [, self, toCompile] = process.argv;
if (toCompile !== undefined) await compile(PROGRAMS[toCompile]);
else {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    await bundle(program);
    // Under the flags that it will run with: what was compiled under others, the engine does not take.
    const { status } = spawnSync(process.execPath, [...program.flags, self, name], { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
}
