#!/usr/bin/env node
import { GRIDBOOK, load } from './one-file.js';

// A reader that has seen enough (`| head`) ends the command; that is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

process.exitCode = await load(GRIDBOOK).runCommandLine(process.argv.slice(2), {
  environment: process.env,
  out: process.stdout,
  err: process.stderr,
});
