/**
 * How fast commands may be given through the gateway: a bucket of tokens for each participant, and one for each role
 * of an organisation. What does not come through the gateway, as an operator's own import, is not counted.
 */
import type { CommandShape } from '../../schema/command.js';
import { GridbookError } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { intervalSettle, runOpen, runPost } from '../../schema/trade/metering.js';
import type { Viewer } from '../auth/viewer.js';

/** Too many commands; says after how many seconds the one that was refused may come again. */
export class ThrottledError extends GridbookError {
  constructor(readonly retryAfterSeconds: number) {
    super('THROTTLED');
    this.name = 'ThrottledError';
  }
}

/**
 * Commands that read every member of a market, also where they are refused. Anybody may trigger what is due; so a
 * participant may, but not by the dozen.
 */
const SETTLEMENT: ReadonlySet<string> = new Set([intervalSettle, runOpen, runPost].map(({ name }) => name));

interface Bucket {
  tokens: number;
  /** When that many were in it. */
  atMs: number;
}

export class Throttle {
  /** By giver; whoever gave a command last stands last, and the first is forgotten where there are too many. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Counts commands of a kind; refuses them with THROTTLED where their giver has had too many. */
  charge(viewer: Viewer, { name }: Pick<CommandShape, 'name'>, count = 1): void {
    const { participant } = viewer;
    const giver = participant
      ? `${participant.lane}/${participant.number}`
      : `${viewer.organisation} ${viewer.role}`;
    const weight = participant && SETTLEMENT.has(name) ? LIMITS.settlementCommandWeight : count;
    const perSecond = participant
      ? LIMITS.participantCommandsPerSecond
      : LIMITS.organisationCommandsPerSecond;
    const burst = participant ? LIMITS.participantCommandsBurst : LIMITS.organisationCommandsBurst;

    const atMs = this.nowMs();
    const before = this.buckets.get(giver) ?? { tokens: burst, atMs };
    const tokens = Math.min(burst, before.tokens + ((atMs - before.atMs) / 1_000) * perSecond);
    const isOver = tokens < weight;
    this.remember(giver, { tokens: isOver ? tokens : tokens - weight, atMs });
    if (isOver) throw new ThrottledError(Math.ceil((weight - tokens) / perSecond));
  }

  /** Givers that are remembered. */
  get size(): number {
    return this.buckets.size;
  }

  private remember(giver: string, bucket: Bucket): void {
    this.buckets.delete(giver);
    this.buckets.set(giver, bucket);
    if (this.buckets.size <= LIMITS.throttledGivers) return;
    for (const oldest of this.buckets.keys()) {
      this.buckets.delete(oldest);
      return;
    }
  }
}
