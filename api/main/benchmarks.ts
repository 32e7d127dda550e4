/** The benchmarks by id: what each measures, on which ledger. `test/bench` runs them and `bench --help` names them. */
import type { ENGINES } from './engine-options.js';

interface Benchmark {
  readonly engine: (typeof ENGINES)[number];
  readonly what: string;
  /** The benchmark whose run its figures come out of. */
  readonly with?: string;
}

export const BENCHMARKS = {
  P1: {
    engine: 'fabric',
    what: 'settled transfers a second, all rules and the log on, against a plain contract; processor time of each',
  },
  P2: {
    engine: 'fabric',
    what: 'a lone command through GraphQL against the raw client; then 128 clients of each at once',
  },
  P4: { engine: 'embedded', what: 'clearing a community book against a typed-array sort and sweep' },
  P6: {
    engine: 'embedded',
    what: 'Sparkz transfers in batches of 5,000 over 10,000 accounts against a bare append and sync',
  },
  P7: {
    engine: 'embedded',
    what: 'settling 100 homes and a lone transfer with 10^4 and with 10^6 accounts on the ledger',
  },
  P8: {
    engine: 'fabric',
    what: 'the whole command `network up` from an empty folder, and on existing data after kill -9',
  },
  P10: {
    engine: 'embedded',
    what: '45 days of 16 homes from their files to statements in GraphQL; then the projector by itself',
  },
  P11: { engine: 'embedded', what: 'the projector by itself, out of the run of P10', with: 'P10' },
  P12: { engine: 'fabric', what: 'an interval of 10,000 meters: readings and settlement' },
  P13: { engine: 'fabric', what: 'processor time of a transfer, out of the run of P1', with: 'P1' },
} as const satisfies Record<string, Benchmark>;

const all = Object.entries(BENCHMARKS) as [string, Benchmark][];

/** Ids of an engine's benchmarks. */
export const benchmarkIds = (engine: Benchmark['engine']): string[] =>
  all.filter(([, benchmark]) => benchmark.engine === engine).map(([id]) => id);

/** The benchmark to run for an id. */
export const runOf = (id: string): string => all.find(([known]) => known === id)?.[1].with ?? id;

/** A line a benchmark, for `--help`. */
export const benchmarksHelp = (): string =>
  all.map(([id, { engine, what }]) => `  ${id.padEnd(4)}${engine.padEnd(10)}${what}`).join('\n');
