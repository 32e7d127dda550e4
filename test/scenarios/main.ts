/** `npm run test:scenarios`, `npm run test:scenarios -- --ledger fabric money time -t dues`: files, then options of jest. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { scenariosOnFabric } from './fabric/main.js';

const args = process.argv.slice(2);
const at = args.indexOf('--ledger');
const [, ledger = 'embedded'] = at < 0 ? [] : args.splice(at, 2);
const firstOption = args.findIndex((arg) => arg.startsWith('-'));
const files = firstOption < 0 ? args : args.slice(0, firstOption);
const jest = [
  ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  createRequire(import.meta.url).resolve('jest/bin/jest'),
  ...(files.length === 0 ? ['test/scenarios'] : files.map((file) => `test/scenarios/${file}`)),
  ...args.slice(files.length),
];

if (ledger === 'fabric') process.exitCode = await scenariosOnFabric(jest);
else if (ledger === 'embedded') {
  const [code] = (await once(spawn(process.execPath, jest, { stdio: 'inherit' }), 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} else {
  process.stderr.write('--ledger is embedded or fabric\n');
  process.exitCode = 2;
}
