/**
 * Progress of what takes longer than a moment: a bar where a person watches, a plain line every few seconds where
 * standard error goes elsewhere.
 */
import cliProgress from 'cli-progress';
import type { Terminal } from './terminal.js';

export interface Progress {
  /** How much is done of how much. */
  update(done: number, total: number): void;
  /** Ends it; nothing is shown afterwards. */
  end(): void;
}

/** Milliseconds before a bar appears: what is done sooner needs none. */
const PATIENCE_MS = 400;
/** Milliseconds between plain lines. */
const LINE_MS = 3_000;

/** Begins to show the progress of something, such as `Settling` and `intervals`. */
export function showProgress(terminal: Terminal, what: string, unit: string): Progress {
  return terminal.err.isTTY ? new Bar(terminal, what, unit) : new Lines(terminal, what, unit);
}

class Bar implements Progress {
  private bar: cliProgress.SingleBar | undefined;
  private readonly began = performance.now();

  constructor(
    private readonly terminal: Terminal,
    private readonly what: string,
    private readonly unit: string,
  ) {}

  update(done: number, total: number): void {
    if (!this.bar) {
      if (performance.now() - this.began < PATIENCE_MS && done < total) return;
      this.bar = new cliProgress.SingleBar(
        {
          format: `${this.what} [{bar}] {value}/{total} ${this.unit} · {duration_formatted}`,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          barsize: 30,
          hideCursor: true,
          gracefulExit: false,
          stream: this.terminal.err as NodeJS.WriteStream,
        },
        cliProgress.Presets.legacy,
      );
      this.bar.start(total, done);
    } else {
      this.bar.setTotal(total);
      this.bar.update(done);
    }
  }

  end(): void {
    this.bar?.stop();
  }
}

class Lines implements Progress {
  private last = performance.now();
  private hasTold = false;
  /** What no line has told yet. */
  private untold: string | undefined;
  private told: string | undefined;

  constructor(
    private readonly terminal: Terminal,
    private readonly what: string,
    private readonly unit: string,
  ) {}

  update(done: number, total: number): void {
    const now = performance.now();
    this.untold = `${this.what}: ${done} of ${total} ${this.unit}`;
    if (now - this.last < LINE_MS) return;
    this.last = now;
    this.tell();
  }

  /** Where lines were told, the last one tells how far it came. */
  end(): void {
    if (this.hasTold) this.tell();
    this.last = Infinity;
  }

  private tell(): void {
    // What stands still is not told again.
    if (this.untold !== undefined && this.untold !== this.told) this.terminal.note(this.untold);
    this.told = this.untold ?? this.told;
    this.untold = undefined;
    this.hasTold = true;
  }
}
