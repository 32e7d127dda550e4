/** A steady load of commands, each given under its one key until it is answered, whatever becomes of the writer. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { v7 } from 'uuid';
import { keyFromUuid } from '../../../schema/ids.js';
import { until } from './until.js';
import type { Answer, Given } from './words.js';

const PACE_MS = 40;
const AGAIN_MS = 200;
/** Commands without an answer beyond which no new ones are given. */
const MOST_OPEN = 100;

export interface Place {
  readonly block: number;
  readonly index: number;
}

export class Load {
  readonly applied = new Map<string, Place>();
  /** Commands that the rules refused, which none of these may be. */
  readonly refused: string[] = [];
  /** How often the writer had to say that it could not, by code. */
  readonly failures: Record<string, number> = {};
  private readonly open = new Map<string, Given>();
  private writer: ChildProcess | undefined;
  private ready = false;
  private pacing: NodeJS.Timeout | undefined;
  private count = 0;
  private lastApplied = 0;
  private longestMs = 0;
  private ending = false;

  /** The writer is a program that takes a network's folder. */
  constructor(
    private readonly program: string,
    private readonly folder: string,
  ) {}

  start(): void {
    if (!this.writer) this.spawn();
    this.lastApplied = performance.now();
    this.pacing ??= setInterval(() => this.giveNew(), PACE_MS);
  }

  /** Gives nothing new, and waits until all that was given is answered. */
  async drain(): Promise<void> {
    clearInterval(this.pacing);
    this.pacing = undefined;
    await until('every command is answered', () => this.open.size === 0);
  }

  /** Forgets how long there was no service. */
  mark(): void {
    this.longestMs = 0;
  }

  /** Longest time since then in which nothing was acknowledged, though something waited. */
  get longestSilenceMs(): number {
    const now = this.open.size > 0 ? performance.now() - this.lastApplied : 0;
    return Math.round(Math.max(this.longestMs, now));
  }

  /** Waits until so many more commands are acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.applied.size + count;
    await until('commands are acknowledged', () => this.applied.size >= wanted);
  }

  /** Kills the writer as it writes; another one takes its place. */
  async killWriter(): Promise<void> {
    const { writer } = this;
    if (!writer) return;
    const gone = once(writer, 'exit');
    writer.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    clearInterval(this.pacing);
    this.ending = true;
    await this.killWriter();
  }

  private spawn(): void {
    const writer = fork(this.program, [this.folder], { execArgv: [], stdio: 'inherit' });
    this.writer = writer;
    this.ready = false;
    writer.on('message', (answer: Answer) => this.take(answer));
    writer.on('error', () => undefined);
    writer.once('exit', () => {
      this.ready = false;
      if (!this.ending) setTimeout(() => this.spawn(), AGAIN_MS);
    });
  }

  private giveNew(): void {
    if (this.open.size >= MOST_OPEN) return;
    const given = { key: keyFromUuid(v7()), participantId: `participant-${this.count++}` };
    // A time without service begins when somebody waits.
    if (this.open.size === 0) this.lastApplied = performance.now();
    this.open.set(given.key, given);
    this.give(given);
  }

  private give(given: Given): void {
    if (this.ready) this.writer?.send(given, () => undefined);
  }

  private take(answer: Answer): void {
    if (answer.is === 'ready') {
      this.ready = true;
      for (const given of this.open.values()) this.give(given);
      return;
    }
    const given = this.open.get(answer.key);
    if (!given) return;
    if (answer.is === 'failed') {
      this.failures[answer.code] = (this.failures[answer.code] ?? 0) + 1;
      setTimeout(() => this.give(given), AGAIN_MS);
      return;
    }
    this.open.delete(answer.key);
    if (answer.is === 'refused') this.refused.push(`${given.participantId}: ${answer.code}`);
    else {
      this.applied.set(answer.key, { block: answer.block, index: answer.index });
      const now = performance.now();
      this.longestMs = Math.max(this.longestMs, now - this.lastApplied);
      this.lastApplied = now;
    }
  }
}
