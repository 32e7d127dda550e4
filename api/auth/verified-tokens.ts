/**
 * Tokens that were found good a moment ago: a client shows the same one with each request, and to check its signature
 * costs more than to parse and validate its query.
 */
import type { Viewer } from './viewer.js';

/** How many are known at most; the one longest unused makes room. */
const MOST = 1_000;
/** A key that is taken out of the key set ends its tokens no later than this. */
const KNOWN_MS = 30_000;

interface Verified {
  readonly viewer: Viewer;
  readonly untilMs: number;
}

export class VerifiedTokens {
  private readonly known = new Map<string, Verified>();

  constructor(
    private readonly nowMs: () => number = Date.now,
    private readonly most = MOST,
  ) {}

  /** The viewer of a token that was found good and still is. */
  viewerOf(token: string): Viewer | undefined {
    const verified = this.known.get(token);
    if (!verified) return undefined;
    this.known.delete(token);
    if (this.nowMs() >= verified.untilMs) return undefined;
    this.known.set(token, verified);
    return verified.viewer;
  }

  /** `endsSeconds`: when the token itself ends, seconds since 1970. */
  add(token: string, viewer: Viewer, endsSeconds: number): void {
    this.known.set(token, { viewer, untilMs: Math.min(endsSeconds * 1_000, this.nowMs() + KNOWN_MS) });
    if (this.known.size <= this.most) return;
    const [oldest] = this.known.keys();
    this.known.delete(oldest);
  }
}
