/** Who endorses: a majority of the organisations, of those whose peers answer, one's own first. */
import type { FollowedPeer } from './follower.js';
import { majority } from './lifecycle.js';
import { pause } from './pause.js';

export interface EndorsersOptions {
  /** Organisations of the channel as it is now. */
  readonly organisations: () => readonly string[];
  readonly followers: readonly FollowedPeer[];
  /** Asks the chaincode of an organisation; fails where it does not answer. */
  readonly ping: (organisation: string) => Promise<unknown>;
  readonly signal: AbortSignal;
}

/** Between two pings: at least so long, so many times what the last one took, at most so long. */
const PING_PAUSE = { leastMs: 500, times: 12, mostMs: 60_000 };

export class Endorsers {
  /** Organisations that failed to endorse though a peer of theirs is up, until their chaincode answers again. */
  private readonly avoided = new Set<string>();

  /** How often an organisation's answer was another than the own peer's, or did not hold. */
  private readonly differences = new Map<string, number>();

  constructor(private readonly options: EndorsersOptions) {}

  /** So many organisations can keep a majority from coming about. */
  get blocking(): number {
    return this.options.organisations().length - this.majority + 1;
  }

  /** How many organisations are a majority now. */
  get majority(): number {
    return majority(this.options.organisations().length);
  }

  /** A majority for a transaction of an organisation; undefined while too few have a peer that is up. */
  choose(own: string): readonly string[] | undefined {
    const organisations = this.options.organisations();
    const up = organisations.filter((name) => this.of(name).some((follower) => follower.up));
    const needed = this.majority;
    if (up.length < needed) return undefined;
    // What is late or failed is the last resort.
    const rank = (name: string): number => {
      const isGood = !this.avoided.has(name) && this.of(name).some((follower) => follower.answers);
      return (isGood ? 0 : 2) + (name === own ? 0 : 1);
    };
    const odd = (name: string): number => this.differences.get(name) ?? 0;
    return [...up].sort((a, b) => rank(a) - rank(b) || odd(a) - odd(b)).slice(0, needed);
  }

  /** Others are asked before organisations that answered differently more often. */
  differed(organisations: readonly string[]): void {
    for (const name of organisations) this.differences.set(name, (this.differences.get(name) ?? 0) + 1);
  }

  /** Leaves organisations alone that failed to endorse. */
  avoid(organisations: readonly string[]): void {
    for (const name of organisations) {
      if (this.avoided.has(name) || !this.options.organisations().includes(name)) continue;
      this.avoided.add(name);
      void this.untilBack(name);
    }
  }

  private async untilBack(name: string): Promise<void> {
    const { ping, signal } = this.options;
    for (let wait = PING_PAUSE.leastMs; ;) {
      await pause(wait, signal);
      if (signal.aborted) return;
      if (!this.of(name).some((follower) => follower.answers)) continue;
      const before = performance.now();
      const isBack = await ping(name).then(
        () => true,
        () => false,
      );
      if (isBack) break;
      // A chaincode that is asked and silent keeps its peer from committing.
      const took = performance.now() - before;
      wait = Math.min(PING_PAUSE.mostMs, Math.max(PING_PAUSE.leastMs, PING_PAUSE.times * took));
    }
    this.avoided.delete(name);
  }

  private of(organisation: string): FollowedPeer[] {
    return this.options.followers.filter((follower) => follower.organisation === organisation);
  }
}
