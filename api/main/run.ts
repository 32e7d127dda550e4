/** Runs one command line: settings, signals, faults to sentences, and the exit code. */
import 'reflect-metadata';
import { CommanderError } from 'commander';
import { endingOf, EXIT } from './exit.js';
import { buildProgram } from './program.js';
import { readSettings } from './settings.js';
import { Terminal, type Sink } from './terminal.js';

export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly out: Sink;
  readonly err: Sink;
}

export async function runCommandLine(args: readonly string[], s: Surroundings): Promise<number> {
  const terminal = new Terminal(s.out, s.err, s.environment);
  const ending = new AbortController();
  const release = listenForEnd(ending);
  let exitCode: number = EXIT.ok;
  try {
    const context = {
      terminal,
      settings: readSettings(s.environment),
      environment: s.environment,
      signal: ending.signal,
      endWith: (code: number) => (exitCode = code),
    };
    const program = await buildProgram(context, args);
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // The parser has said what is wrong, or printed what was asked.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (s.environment.GRIDBOOK_DEBUG === '1') terminal.note(stackOf(error));
    const { sentence, exitCode: code } = endingOf(error);
    terminal.note(terminal.errorStyle.red(sentence));
    return code;
  } finally {
    release();
  }
}

/** The first Ctrl-C or SIGTERM ends the command in order, a second one at once. */
function listenForEnd(ending: AbortController): () => void {
  const end = (): void => {
    if (ending.signal.aborted) process.exit(EXIT.interrupted);
    ending.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.removeListener(signal, end);
  };
}

const stackOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
};
