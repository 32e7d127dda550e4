import { describe, expect, test } from '@jest/globals';
import { VerifiedTokens } from '../../api/auth/verified-tokens.js';

const VIEWER = { subject: 's', organisation: 'Brightwater', role: 'HOST' } as const;

function tokens(most?: number): { known: VerifiedTokens; clock: { nowMs: number } } {
  const clock = { nowMs: 1_000_000 };
  return { known: new VerifiedTokens(() => clock.nowMs, most), clock };
}

describe('a token that was found good', () => {
  test('is known for half a minute, so that a key taken out of the key set ends it', () => {
    const { known, clock } = tokens();
    known.add('t', VIEWER, 10_000);
    clock.nowMs += 29_999;
    expect(known.viewerOf('t')).toBe(VIEWER);
    clock.nowMs += 1;
    expect(known.viewerOf('t')).toBeUndefined();
  });

  test('is not known beyond its own end', () => {
    const { known, clock } = tokens();
    known.add('t', VIEWER, 1_010);
    clock.nowMs = 1_009_999;
    expect(known.viewerOf('t')).toBe(VIEWER);
    clock.nowMs = 1_010_000;
    expect(known.viewerOf('t')).toBeUndefined();
  });

  test('is known by all of its characters', () => {
    const { known } = tokens();
    known.add('header.claims.signature', VIEWER, 10_000);
    expect(known.viewerOf('header.claims.signaturE')).toBeUndefined();
    expect(known.viewerOf('header.claims.signature')).toBe(VIEWER);
  });

  test('makes room for others when it is the one longest unused', () => {
    const { known } = tokens(2);
    known.add('a', VIEWER, 10_000);
    known.add('b', VIEWER, 10_000);
    known.viewerOf('a');
    known.add('c', VIEWER, 10_000);
    expect(['a', 'b', 'c'].map((token) => known.viewerOf(token) !== undefined)).toEqual([true, false, true]);
  });
});
