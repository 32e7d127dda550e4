/** Where a command writes: facts to standard output, everything about its course to standard error. */

/** The part of a stream that is written to. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
}

const ESCAPE = '\u001b[';
const painted = (code: number, isOn: boolean) =>
  isOn ? (text: string): string => `${ESCAPE}${code}m${text}${ESCAPE}0m` : (text: string): string => text;

const styleOf = (isOn: boolean): Style => ({
  bold: painted(1, isOn),
  dim: painted(2, isOn),
  green: painted(32, isOn),
  yellow: painted(33, isOn),
  red: painted(31, isOn),
});

export class Terminal {
  /** For standard output. */
  readonly style: Style;
  /** For standard error. */
  readonly errorStyle: Style;

  constructor(
    private readonly out: Sink,
    readonly err: Sink,
    environment: NodeJS.ProcessEnv,
  ) {
    const isPlain = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
    this.style = styleOf(!isPlain && this.isTerminal);
    this.errorStyle = styleOf(!isPlain && err.isTTY === true);
  }

  /** Whether a person reads standard output. */
  get isTerminal(): boolean {
    return this.out.isTTY === true;
  }

  /** A line of facts. */
  print(line = ''): void {
    this.out.write(`${line}\n`);
  }

  /** One object on one line, for programs. */
  json(value: unknown): void {
    this.out.write(`${JSON.stringify(value)}\n`);
  }

  /** Bytes as they are, such as CSV. */
  raw(text: string): unknown {
    return this.out.write(text);
  }

  /** A line about the course of things. */
  note(line: string): void {
    this.err.write(`${line}\n`);
  }
}
