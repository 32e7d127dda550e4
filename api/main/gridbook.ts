/** Entry of the `gridbook` command. */
import 'reflect-metadata';
import { runCommandLine } from './run.js';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  out: process.stdout,
  err: process.stderr,
});
