/** Settling in parts on a community of a few homes. */
import type { Args } from '../../schema/command.js';
import { marketOpen } from '../../schema/trade/market.js';
import { runOpen, runPost } from '../../schema/trade/metering.js';
import { accountOpen } from '../../schema/trade/registration.js';
import { Community } from './community.js';
import { setLimits, USUAL_LIMITS } from './limits.js';
import { host, type Giver, type Outcome } from './world.js';

export const HOMES = 5;
/** Members that settle at once. */
export const PER_PART = 2;
/** Where each part begins, and how many members it has at most. */
export const PARTS = [0, 2, 4];

export type Wh = readonly (readonly [importWh: number, exportWh: number])[];
export const READINGS: Wh = [
  [0, 3_001],
  [700, 10],
  [100, 200],
  [1_503, 0],
  [90, 1_000],
];

/** Members that settle at once from here on, and parts of one; by default as many as outside these tests. */
export function settleAtOnce(members?: number): void {
  setLimits({
    metersPerSettlement: members ?? USUAL_LIMITS.metersPerSettlement,
    linesPerPart: members === undefined ? USUAL_LIMITS.linesPerPart : 1,
  });
}

/** Homes with a contract and a nomination among them; their market is open. */
export async function withBilateral(options: { duesFloor?: number } = {}): Promise<Community> {
  const at = await Community.setUp({ homes: HOMES, ...options });
  await at.agree('CONTRACTED', 0, 3, 0.25, 400);
  await at.agree('NOMINATED', 4, 1, 0.2);
  await at.world.must(host, marketOpen, { market: at.market });
  return at;
}

export async function clearingAccount(at: Community): Promise<number> {
  const { account } = await at.world.must(host, accountOpen, {
    ...{ participant: 0, network: 0, unit: at.unit, kind: 'CLEARING', floorMicros: 0 },
  } as Args<typeof accountOpen>);
  return account;
}

export const open = (at: Community, clearing: number, start: number, giver: Giver = host): Promise<Outcome> =>
  at.world.give(giver, runOpen, { market: at.market, start, clearingAccount: clearing } as Args<
    typeof runOpen
  >);

export const post = (
  at: Community,
  from: number,
  start: number,
  giver: Giver = host,
  members = PER_PART,
): Promise<Outcome> =>
  at.world.give(giver, runPost, { market: at.market, start, from, members } as Args<typeof runPost>);
