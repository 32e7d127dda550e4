/** Lets a community live through its intervals: readings of a few days, then the settlement of each interval. */
import type { Lanes } from '../lanes/lanes.js';
import type { CommunityData } from '../metering/community.js';
import { intervalSettle, readingsRecord } from '../../schema/trade/metering.js';
import { commandOf, Giver } from './commands.js';
import { ORGANISATIONS } from './rules.js';
import type { DemoCommunity } from './set-up.js';
import type { CommandOutcome } from '../lanes/outcome.js';

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
}

export async function runIntervals(options: RunOptions): Promise<void> {
  const { lanes, community, data } = options;
  const to = options.to ?? data.start.length;
  const size = Math.max(1, Math.floor(CHUNK_READINGS / data.homes.length));
  const { lane } = new Giver(lanes, community.lane);
  let settling: Promise<CommandOutcome[]> = Promise.resolve([]);
  let settled = 0;
  for (let at = options.from ?? 0; at < to; at += size) {
    const chunk = Array.from({ length: Math.min(size, to - at) }, (_, i) => at + i);
    const reading = lanes.submitBatch(
      lane,
      community.provider,
      chunk.map((t) =>
        commandOf(readingsRecord, {
          network: community.network,
          start: data.start[t],
          durationSeconds: data.intervalSeconds,
          source: data.source,
          rows: {
            connection: community.connections,
            importWh: data.homes.map((home) => home.importWh[t]),
            exportWh: data.homes.map((home) => home.exportWh[t]),
            quality: data.homes.map(() => 'ACTUAL'),
          },
        }),
      ),
    );
    // The chunk before it settles while this one is made.
    settled += applied(intervalSettle.name, await settling);
    if (settled > 0) options.progress?.(settled);
    applied(readingsRecord.name, await reading);
    settling = lanes.submitBatch(
      lane,
      ORGANISATIONS.host,
      chunk.map((t) => commandOf(intervalSettle, { market: community.market, start: data.start[t] })),
    );
  }
  settled += applied(intervalSettle.name, await settling);
  options.progress?.(settled);
}

function applied(name: string, outcomes: readonly CommandOutcome[]): number {
  for (const { refusal } of outcomes) {
    if (refusal) throw new Error(`${name} was refused: ${refusal.code} ${refusal.field}`.trim());
  }
  return outcomes.length;
}
