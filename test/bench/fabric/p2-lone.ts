/** P2: what GraphQL adds to a lone command, and what its lanes add to many at once, against clients without either. */
import { BENCHMARKS } from '../../../api/main/benchmarks.js';
import { SUBMIT } from '../../../schema/contract.js';
import { encodeBatch } from '../../../schema/command.js';
import { CHAINCODE } from '../../../network/fabric/plan.js';
import { BenchLedger, LANE } from '../bench-ledger.js';
import { figure, median, timed, type Bench, type Report } from '../measure.js';
import { BenchGateway } from './bench-gateway.js';
import { BenchNetwork } from './bench-network.js';
import { closedLoop } from './load.js';
import { plainTransfers } from './plain-client.js';

const LONE_ROUNDS = 60;
const WARM_ROUNDS = 10;
const CLIENTS = 128;
const ROUNDS = 5;
/** Long enough for several batches, also of a client whose commands take seconds. */
const TIMES = { warmMs: 2_000, measuredMs: 8_000 };
const LATENCY_GOAL = 1.15;
const THROUGHPUT_GOAL = 10;

export const graphqlOnFabric: Bench = {
  id: 'P2',
  what: BENCHMARKS.P2.what,
  run: (report) =>
    BenchNetwork.during(async (network) => {
      const at = new BenchLedger(network.ledger);
      await at.grow(2 * CLIENTS, 2 * CLIENTS);
      const gateway = await BenchGateway.open(at, network.ledger);
      try {
        await lone(network, at, gateway, report);
        await many(network, gateway, report);
      } finally {
        await gateway.close();
      }
    }),
};

/** One command at a time, in turn: through GraphQL, through a lane, by the raw client, and a plain contract's transfer. */
async function lone(
  network: BenchNetwork,
  at: BenchLedger,
  gateway: BenchGateway,
  report: Report,
): Promise<void> {
  const [home] = network.plan.organisations;
  const contract = (await network.clients.network(home, home.peers[0])).getContract(CHAINCODE);
  const plain = await plainTransfers(network);
  const sides: Record<string, () => Promise<number>> = {
    graphql: () => gateway.clients.one(),
    lane: () => timed(() => at.submit(at.transfers(1))),
    raw: () => timed(() => contract.submit(SUBMIT, { arguments: [encodeBatch(LANE, at.transfers(1))] })),
    plain: () => timed(() => plain(0)),
  };
  const times: Record<string, number[]> = {};
  for (let round = -WARM_ROUNDS; round < LONE_ROUNDS; round++) {
    for (const [side, give] of Object.entries(sides)) {
      // What the one before left to the projector is not counted against this one.
      await gateway.level();
      const ms = await give();
      if (round >= 0) (times[side] ??= []).push(ms);
    }
  }
  const ms = Object.fromEntries(Object.entries(times).map(([side, all]) => [side, median(all)]));
  report({
    ...{ id: 'P2', ratio: figure(ms.graphql / ms.raw), goal: LATENCY_GOAL, unit: 'ms' },
    ...{ ours: figure(ms.graphql), other: figure(ms.raw), lane: figure(ms.lane), plain: figure(ms.plain) },
  });
}

/** As many clients as may be, each with one command under way. */
async function many(network: BenchNetwork, gateway: BenchGateway, report: Report): Promise<void> {
  const plain = await plainTransfers(network);
  const [ours, other] = [[] as number[], [] as number[]];
  const times: number[] = [];
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const [through, without] = [
      await gateway.clients.load(CLIENTS, TIMES),
      await closedLoop(CLIENTS, TIMES, plain),
    ];
    if (round === 0) continue;
    ours.push(through.perSecond);
    other.push(without.perSecond);
    times.push(through.medianMs);
  }
  report({
    ...{ id: 'P2-throughput', ratio: figure(median(ours) / median(other)), goal: THROUGHPUT_GOAL },
    ...{ unit: 'transfers/s', ours: figure(median(ours)), other: figure(median(other)) },
    ...{ clients: CLIENTS, medianMs: figure(median(times)) },
  });
}
