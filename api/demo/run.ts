/** Lets a community live through its intervals: readings of a few days, then the settlement of each interval. */
import type { Lanes } from '../lanes/lanes.js';
import type { CommunityData } from '../metering/community.js';
import { intervalSettle, readingsRecord } from '../../schema/trade/metering.js';
import { Giver } from './commands.js';
import type { Recorded } from './recorded.js';
import { ORGANISATIONS } from './rules.js';
import type { DemoCommunity } from './set-up.js';

/** Intervals that go into one transaction: their events stay well below the limit of one. */
const CHUNK_READINGS = 6_000;

export interface RunOptions {
  readonly lanes: Lanes;
  readonly community: DemoCommunity;
  readonly data: CommunityData;
  /** Intervals [from, to) of the data. */
  readonly from?: number;
  readonly to?: number;
  /** Is told how many intervals are settled. */
  readonly progress?: (settled: number) => void;
  /** What the lane was given before; none of it is given again. */
  readonly recorded?: Recorded;
}

export async function runIntervals(options: RunOptions): Promise<void> {
  const { lanes, community, data } = options;
  const to = options.to ?? data.start.length;
  const size = Math.max(1, Math.floor(CHUNK_READINGS / data.homes.length));
  const give = new Giver(lanes, community.lane, options.recorded);
  let settling = Promise.resolve(0);
  let settled = 0;
  for (let at = options.from ?? 0; at < to; at += size) {
    const chunk = Array.from({ length: Math.min(size, to - at) }, (_, i) => at + i);
    const reading = give.done(
      community.provider,
      readingsRecord,
      chunk.map((t) => ({
        network: community.network,
        start: data.start[t],
        durationSeconds: data.intervalSeconds,
        source: data.source,
        rows: {
          connection: community.connections,
          importWh: data.homes.map((home) => home.importWh[t]),
          exportWh: data.homes.map((home) => home.exportWh[t]),
          quality: data.homes.map(() => 'ACTUAL' as const),
        },
      })),
    );
    // The chunk before it settles while this one is made.
    settled += await settling;
    if (settled > 0) options.progress?.(settled);
    await reading;
    settling = give.done(
      ORGANISATIONS.host,
      intervalSettle,
      chunk.map((t) => ({ market: community.market, start: data.start[t] })),
    );
  }
  settled += await settling;
  options.progress?.(settled);
}
