/** The interval grid of a network, and from when on a rule may count (K5). */
import { isOnGrid, type IntervalSeconds } from '../../../schema/intervals.js';
import { LIMITS } from '../../../schema/limits.js';
import type { Instant } from '../../../schema/units.js';
import type { Context } from '../../kernel/registry.js';
import { require } from '../../kernel/unit-of-work.js';
import { network } from './access.js';
import { SEALS, type MarketRecord, type NetworkRecord } from './pages.js';
import { MARKET_STATE } from '../../../schema/trade/market.js';

export const SETUP = MARKET_STATE.indexOf('SETUP');
export const OPEN = MARKET_STATE.indexOf('OPEN');
export const PAUSED = MARKET_STATE.indexOf('PAUSED');

export function requireOnGrid(of: NetworkRecord, instantMs: number, field: string): void {
  require(isOnGrid(instantMs as Instant, of.intervalSeconds as IntervalSeconds), 'OFF_GRID', field);
}

/** The first interval that has not begun by ledger time. */
export function nextInterval(c: Context, of: NetworkRecord): number {
  const length = of.intervalSeconds * 1000;
  return c.ledgerTimeMs - (c.ledgerTimeMs % length) + length;
}

/** The first interval of a network that no reading seals. */
function firstUnsealed(c: Context, number: number, of: NetworkRecord): number {
  const seal = c.records.get(SEALS, number);
  return seal ? seal.throughMs + of.intervalSeconds * 1000 : 0;
}

/**
 * The first interval for which a rule of the market may still count. In SETUP that is the first one without a
 * reading; afterwards it must not have begun either.
 */
export function firstOpenInterval(c: Context, market: MarketRecord): number {
  const of = network(c, market.network);
  const unsealed = firstUnsealed(c, market.network, of);
  return market.state === SETUP ? unsealed : Math.max(unsealed, nextInterval(c, of));
}

/** What is dated so far ahead is a slip of the pen, and history is append-only (K4): it would bar all before it. */
export function requireNear(c: Context, fromMs: number, field = 'effectiveFrom'): void {
  require(fromMs <= c.ledgerTimeMs + LIMITS.effectiveAheadMs, 'TOO_FAR_AHEAD', field);
}

/** Nothing is backdated: the instant lies on the grid and in no interval that has begun or is sealed; nor too far off. */
export function requireNotBackdated(
  c: Context,
  market: MarketRecord,
  fromMs: number,
  field = 'effectiveFrom',
): void {
  requireOnGrid(network(c, market.network), fromMs, field);
  require(fromMs >= firstOpenInterval(c, market), 'BACKDATED', field);
  requireNear(c, fromMs, field);
}
