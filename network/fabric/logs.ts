/** Logs as people read them: the end of one, and what is added while they watch. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout } from 'node:timers/promises';
import type { Layout } from './layout.js';

const CHUNK_BYTES = 64 * 1024;
/** The end of a log is at most so long, whatever its lines are. */
const MOST_END_BYTES = 64 * CHUNK_BYTES;
/** A line that goes on for longer is shown in parts. */
const MOST_LINE_CHARACTERS = CHUNK_BYTES;
/** Looking works on every disk; being told of changes does not on those of a network. */
const LOOK_MS = 200;

/** The last lines of a log; no more of it is read than that. */
export function endOfLog(layout: Layout, name: string, lines: number): string {
  const fd = opened(layout.log(name));
  if (fd === undefined) return '';
  try {
    return lastBytes(fd, fstatSync(fd).size, lines).toString('utf8').trimEnd();
  } finally {
    closeSync(fd);
  }
}

/** Escapes by which programs colour what they say. */
const COLOURS = /\u001b\[[\d;]*m/g;
export const withoutColours = (text: string): string => text.replace(COLOURS, '');
/** Why programs end: what Go and Node say of it, before they say where in the program it was. */
const REASON = /\b(FATA|PANI)\b|^panic: |^(\w*Error|Uncaught\b.*): /;
const LAST_LINES = 60;

/** Why a process ended, as its log tells: the last line that says a reason, or else its last line. */
export function lastWords(layout: Layout, name: string): string {
  const lines = withoutColours(endOfLog(layout, name, LAST_LINES)).split('\n');
  return (lines.findLast((line) => REASON.test(line)) ?? lines.at(-1) ?? '').trim();
}

export interface FollowOptions {
  /** Lines that were there before. */
  readonly lines: number;
  readonly signal: AbortSignal;
  /** Is told of each line. */
  readonly line: (name: string, text: string) => void;
}

/** Tells the end of logs and whatever is added to them, until it is aborted. */
export async function followLogs(
  layout: Layout,
  names: readonly string[],
  { lines, signal, line }: FollowOptions,
): Promise<void> {
  const logs = names.map((name) => new FollowedLog(layout.log(name), lines, (text) => line(name, text)));
  try {
    while (!signal.aborted) {
      for (const log of logs) log.look();
      await setTimeout(LOOK_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const log of logs) log.close();
  }
}

/** One log, by its path: it may be cut, moved away and begun anew, or come later. */
class FollowedLog {
  private fd: number | undefined;
  private position = 0;
  private decoder = new StringDecoder('utf8');
  /** The beginning of a line whose end is not written yet. */
  private pending = '';

  constructor(
    private readonly path: string,
    lines: number,
    private readonly tell: (line: string) => void,
  ) {
    this.fd = opened(path);
    if (this.fd === undefined) return;
    this.position = fstatSync(this.fd).size;
    this.take(lastBytes(this.fd, this.position, lines));
  }

  look(): void {
    this.readOn();
    if (!this.isMoved()) return;
    // Between the first look and the move something may have been added.
    this.readOn();
    this.close();
    this.fd = opened(this.path);
    this.readOn();
  }

  close(): void {
    if (this.fd === undefined) return;
    closeSync(this.fd);
    this.fd = undefined;
    this.beginAnew();
  }

  /** Whether the path is that of another file than the one that is read. */
  private isMoved(): boolean {
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (now === undefined) return false;
    if (this.fd === undefined) return true;
    const { dev, ino } = fstatSync(this.fd);
    return dev !== now.dev || ino !== now.ino;
  }

  private readOn(): void {
    if (this.fd === undefined) return;
    const { size } = fstatSync(this.fd);
    if (size < this.position) this.beginAnew();
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - this.position));
    while (this.position < size) {
      const count = readSync(this.fd, chunk, 0, Math.min(chunk.length, size - this.position), this.position);
      if (count === 0) return;
      this.position += count;
      this.take(chunk.subarray(0, count));
    }
  }

  private take(bytes: Buffer): void {
    const lines = (this.pending + this.decoder.write(bytes)).split('\n');
    this.pending = lines.pop() ?? '';
    if (this.pending.length > MOST_LINE_CHARACTERS) {
      lines.push(this.pending);
      this.pending = '';
    }
    for (const line of lines) this.tell(line);
  }

  private beginAnew(): void {
    const rest = this.pending + this.decoder.end();
    if (rest !== '') this.tell(rest);
    this.pending = '';
    this.position = 0;
  }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const NEWLINE = 0x0a;

/** The bytes of a file's last lines; blank lines at its end count for none. */
function lastBytes(fd: number, size: number, lines: number): Buffer {
  const chunks: Buffer[] = [];
  const least = Math.max(0, size - MOST_END_BYTES);
  let isBlank = true;
  let found = 0;
  for (let end = size; end > least;) {
    const start = Math.max(least, end - CHUNK_BYTES);
    const chunk = Buffer.alloc(end - start);
    const bytes = chunk.subarray(0, readSync(fd, chunk, 0, chunk.length, start));
    for (let at = bytes.length - 1; at >= 0; at--) {
      if (bytes[at] > 0x20) isBlank = false;
      if (bytes[at] !== NEWLINE || isBlank || ++found < lines) continue;
      return Buffer.concat([bytes.subarray(at + 1), ...chunks]);
    }
    chunks.unshift(bytes);
    end = start;
  }
  const all = Buffer.concat(chunks);
  // Where the end was too long it begins with a part of a line, unless that is all there is.
  return least > 0 && found > 0 ? all.subarray(all.indexOf(NEWLINE) + 1) : all;
}
