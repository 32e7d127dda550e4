/** What every command is given: where to write, and the settings. */
import type { Settings } from './settings.js';
import type { Terminal } from './terminal.js';

export interface CommandContext {
  readonly terminal: Terminal;
  readonly settings: Settings;
  /** What the settings were read from; where programs and their cache are looked for. */
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Sets the exit code of a command that ends without a fault but not well. */
  endWith(code: number): void;
}
