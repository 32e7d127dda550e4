/** Rounds of two sides, one after the other, so that a noisy machine is noisy for both; what counts is the median. */
import { cpus } from 'node:os';

export interface Bench {
  readonly id: string;
  readonly what: string;
  run(report: Report): Promise<void>;
}
export interface Result {
  readonly id: string;
  /** Of rates in P6, of times in P4 and P7. */
  readonly ratio?: number;
  readonly ours?: number;
  readonly other?: number;
  readonly unit?: string;
  readonly [more: string]: number | string | undefined;
}
export type Report = (result: Result) => void;

export const median = (values: readonly number[]): number => {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

/** A figure with four significant digits. */
export const figure = (value: number): number => Number(value.toPrecision(4));

/** Milliseconds of each side, as medians over interleaved rounds; the first round warms up and does not count. */
export async function sides(
  rounds: number,
  ours: () => Promise<number> | number,
  other: () => Promise<number> | number,
): Promise<{ ours: number; other: number }> {
  const a: number[] = [];
  const b: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const first = await ours();
    const second = await other();
    if (round === 0) continue;
    a.push(first);
    b.push(second);
  }
  return { ours: median(a), other: median(b) };
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

export const machine = (): string =>
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`;
