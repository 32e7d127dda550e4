/** P12: an interval of 10,000 meters on Fabric, its readings and its settlement. */
import { BENCHMARKS } from '../../../api/main/benchmarks.js';
import { intervalSettle } from '../../../schema/trade/metering.js';
import { community, QUARTER, readingsOf } from '../bench-community.js';
import { BenchLedger } from '../bench-ledger.js';
import { figure, median, timed, type Bench } from '../measure.js';
import { BenchNetwork } from './bench-network.js';

const HOMES = 10_000;
const ROUNDS = 6;

export const fabricInterval: Bench = {
  id: 'P12',
  what: BENCHMARKS.P12.what,
  run: (report) =>
    BenchNetwork.during(async (network) => {
      const at = new BenchLedger(network.ledger);
      const provider = { organisation: 'Gridline', role: 'METERING_DATA_PROVIDER' };
      const c = await community(at, { homes: HOMES, provider });
      const read: number[] = [];
      const settled: number[] = [];
      let eventBytes = 0;
      for (let round = 0; round <= ROUNDS; round++, c.next += QUARTER) {
        const readings = await timed(() => at.submit(readingsOf(at, c), provider));
        const command = at.command(intervalSettle, { market: c.market, start: c.next });
        const settlement = await timed(async () => {
          eventBytes = (await at.submit([command])).event.length;
        });
        // The first round warms up.
        if (round === 0) continue;
        read.push(readings);
        settled.push(settlement);
      }
      const seconds = (ms: number): number => figure(ms / 1000);
      report({
        ...{ id: 'P12', seconds: seconds(median(read.map((ms, i) => ms + settled[i]))), goal: 1.5 },
        ...{ readings: seconds(median(read)), settlement: seconds(median(settled)), eventBytes },
      });
    }),
};
