/** P1, P13: settled transfers a second on Fabric, and what one costs, against a plain contract on the same network. */
import { BENCHMARKS } from '../../../api/main/benchmarks.js';
import { BATCH, BenchLedger } from '../bench-ledger.js';
import { figure, median, timed, type Bench, type Report } from '../measure.js';
import { BenchNetwork } from './bench-network.js';
import { closedLoop } from './load.js';
import { plainTransfers } from './plain-client.js';

const ROUNDS = 5;
const IN_FLIGHT = [1, 16, 64, 128, 256];
const ACCOUNTS = 10_000;
/** Many in flight are answered in bursts, a couple of seconds apart: several of them, or a round counts one too many. */
const timesOf = (clients: number): { warmMs: number; measuredMs: number } =>
  clients < 64 ? { warmMs: 700, measuredMs: 2_300 } : { warmMs: 1_500, measuredMs: 7_500 };
const OURS_MS = 5_000;
/** Commands a batch: the fastest that commits in time is the one that counts. */
const SIZES = [BATCH, 7_000, 2 * BATCH];
const COMMIT_GOAL_MS = 300;

interface Side {
  readonly rates: number[];
  readonly times: number[];
  /** Processor time a transfer, by kind of process. */
  readonly cpu: Record<string, number>[];
}
const newSide = (): Side => ({ rates: [], times: [], cpu: [] });

export const fabricTransfers: Bench = {
  id: 'P1',
  what: BENCHMARKS.P1.what,
  run: (report) => BenchNetwork.during((network) => measure(network, report)),
};

async function measure(network: BenchNetwork, report: Report): Promise<void> {
  const at = new BenchLedger(network.ledger);
  await at.grow(ACCOUNTS, ACCOUNTS);
  const ours = new Map(SIZES.map((size) => [size, newSide()]));
  const plain = new Map(IN_FLIGHT.map((clients) => [clients, newSide()]));
  const transfer = await plainTransfers(network);
  // The first round warms both sides up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [clients, side] of plain) {
      const before = network.cpuMs();
      const began = performance.now();
      const { perSecond, medianMs } = await closedLoop(clients, timesOf(clients), transfer);
      const all = perSecond * ((performance.now() - began) / 1000);
      if (round > 0) note(side, perSecond, medianMs, costs(before, network.cpuMs(), all));
    }
    for (const [size, side] of ours) {
      const before = network.cpuMs();
      const times: number[] = [];
      let given = at.transfers(size);
      const began = performance.now();
      while (performance.now() - began < OURS_MS) {
        let next = given;
        times.push(
          await timed(async () => {
            const done = at.submit(given);
            // Those who give commands make them while others are under way, as on the plain side.
            await new Promise((resolve) => setImmediate(resolve));
            next = at.transfers(size);
            await done;
          }),
        );
        given = next;
      }
      const ms = performance.now() - began;
      const done = times.length * size;
      if (round > 0) note(side, (done * 1000) / ms, median(times), costs(before, network.cpuMs(), done));
    }
  }
  const [clients, best] = bestOf(plain);
  const inTime = new Map([...ours].filter(([, { times }]) => median(times) <= COMMIT_GOAL_MS));
  const [size, most] = bestOf(inTime.size > 0 ? inTime : ours);
  for (const [n, { rates, times }] of plain) {
    report({
      ...{ id: 'P1-plain', inFlight: n, ours: figure(median(rates)), unit: 'transfers/s' },
      medianMs: figure(median(times)),
    });
  }
  for (const [n, { rates, times }] of ours) {
    report({
      ...{ id: 'P1-batch', batch: n, ours: figure(median(rates)), unit: 'transfers/s' },
      medianCommitSeconds: figure(median(times) / 1000),
    });
  }
  report({
    ...{ id: 'P1', ratio: figure(median(most.rates) / median(best.rates)) },
    ...{ ours: figure(median(most.rates)), other: figure(median(best.rates)), unit: 'transfers/s' },
    ...{ batch: size, inFlight: clients, medianCommitSeconds: figure(median(most.times) / 1000) },
  });
  const total = (side: Side): number =>
    median(side.cpu.map((kinds) => Object.values(kinds).reduce((a, b) => a + b, 0)));
  const part = (kind: string): number => figure(median(most.cpu.map((kinds) => kinds[kind])));
  report({
    ...{ id: 'P13', ratio: figure(total(best) / total(most)), unit: 'CPU-ms a transfer' },
    ...{ ours: figure(total(most)), other: figure(total(best)) },
    ...{
      peer: part('peer'),
      orderer: part('orderer'),
      chaincode: part('chaincode'),
      client: part('client'),
    },
  });
}

function note(side: Side, rate: number, ms: number, cpu: Record<string, number>): void {
  side.rates.push(rate);
  side.times.push(ms);
  side.cpu.push(cpu);
}

type Cpu = ReturnType<BenchNetwork['cpuMs']>;
const costs = (before: Cpu, after: Cpu, done: number): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).map(([kind, ms]) => [kind, (ms - before[kind as keyof Cpu]) / done]),
  );

function bestOf(sides: ReadonlyMap<number, Side>): [number, Side] {
  return [...sides].reduce((a, b) => (median(b[1].rates) > median(a[1].rates) ? b : a));
}
