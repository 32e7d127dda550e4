/** Entry of the `gridbook` command. */
import 'reflect-metadata';
import { runCommandLine } from './run.js';

// A reader that has seen enough (`| head`) ends the command; that is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  out: process.stdout,
  err: process.stderr,
});
