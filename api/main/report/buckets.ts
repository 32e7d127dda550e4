/** What one bar of a plot stands for: an interval where the stretch is short, a local day where it is long. */
import { STAGES, type MarketReference, type StageName } from '../day-figures.js';
import { localDate, localTime } from '../figures.js';
import type { IntervalFigures } from '../interval-figures.js';

export interface Bucket {
  readonly from: number;
  readonly to: number;
  /** When it was, in words: `2025-06-01 09:15–09:30`. */
  readonly name: string;
  readonly kWh: Readonly<Record<StageName, number>>;
  /** In units of the currency. */
  readonly money: Readonly<Record<StageName, number>>;
  /** Currency a kWh, weighted by what was traded; undefined where nothing was. */
  readonly price: number | undefined;
}

export interface Buckets {
  readonly list: readonly Bucket[];
  /** Noun for one of them. */
  readonly unit: 'interval' | 'day';
  readonly from: number;
  readonly to: number;
}

/** More intervals than these are shown day by day. */
const MOST_INTERVALS = 300;

export function bucketsOf(intervals: readonly IntervalFigures[], market: MarketReference): Buckets {
  const lengthMs = market.intervalSeconds * 1000;
  const isDaily = intervals.length > MOST_INTERVALS;
  const groups = new Map<string, IntervalFigures[]>();
  for (const interval of intervals) {
    const key = isDaily ? localDate(interval.start, market.timeZone) : String(interval.start);
    const group = groups.get(key);
    if (group) group.push(interval);
    else groups.set(key, [interval]);
  }
  const list = [...groups].map(([key, group]): Bucket => {
    const from = group[0].start;
    const to = group[group.length - 1].start + lengthMs;
    const until = localTime(to, market.timeZone).slice(11);
    return {
      from,
      to,
      name: isDaily ? key : `${localTime(from, market.timeZone)}–${until}`,
      kWh: sums(group, (interval, stage) => Number(interval.wh[stage]) / 1_000),
      money: sums(group, (interval, stage) => Number(interval.moneyMicros[stage]) / 1_000_000),
      price: averagePrice(group),
    };
  });
  return {
    list,
    unit: isDaily ? 'day' : 'interval',
    from: list[0]?.from ?? 0,
    to: list[list.length - 1]?.to ?? 0,
  };
}

function sums(
  group: readonly IntervalFigures[],
  of: (interval: IntervalFigures, stage: StageName) => number,
): Record<StageName, number> {
  return Object.fromEntries(
    STAGES.map((stage) => [stage, group.reduce((sum, interval) => sum + of(interval, stage), 0)]),
  ) as Record<StageName, number>;
}

function averagePrice(group: readonly IntervalFigures[]): number | undefined {
  let energy = 0;
  let weighted = 0;
  for (const { priceMicrosPerMWh, wh } of group) {
    if (priceMicrosPerMWh === undefined) continue;
    energy += Number(wh.community);
    weighted += Number(wh.community) * Number(priceMicrosPerMWh);
  }
  return energy === 0 ? undefined : weighted / energy / 1_000_000_000;
}
