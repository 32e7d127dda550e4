/**
 * What endorsers said over all tries of one proposal. Final is what one's own organisation says, or as many others as
 * can block a majority: one alone, which refuses what the others endorse, is only left out.
 */
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { ErrorCode } from '../../schema/errors.js';
import { saysDiffer, unavailable, verdictOf, type Verdict } from './retry.js';

export class Refusals {
  private readonly by = new Map<ErrorCode, Set<string>>();

  constructor(
    private readonly own: string,
    /** So many organisations can keep a majority from coming about. */
    private readonly blocking: number,
  ) {}

  verdictOn(error: unknown): Verdict {
    const verdict = verdictOf('endorse', error);
    if (!(error instanceof GatewayError) || error.details.length === 0) return verdict;
    const said = (message: string): Verdict =>
      verdictOf('endorse', Object.assign(new Error(message, { cause: error }), { code: error.code }));
    const words = error.details.map(({ mspId, message }) => ({ of: mspId, ...said(message) }));
    const refused = words.filter(({ next }) => next === 'END');
    for (const { of, refusal } of refused) this.refusing(refusal.code).add(of);
    const final =
      // What the gateway says of itself is the own peer's word too.
      [said(error.message)].find(({ next }) => next === 'END') ??
      refused.find(({ of }) => of === this.own) ??
      refused.find(({ refusal }) => this.refusing(refusal.code).size >= this.blocking) ??
      words.find(({ next }) => next === 'NEW_TRANSACTION');
    const { next, refusal } = final ?? { next: 'AGAIN', refusal: unavailable(error) };
    return { ...verdict, next, refusal };
  }

  private refusing(code: ErrorCode): Set<string> {
    const names = this.by.get(code) ?? new Set();
    this.by.set(code, names);
    return names;
  }
}

/**
 * Those of the others that were asked whose answer was not the own peer's. The gateway compares with the answer that
 * came first, and names whose came later and was another.
 */
export function differing(error: unknown, asked: readonly string[], own: string): readonly string[] {
  const details = error instanceof GatewayError ? error.details : [];
  const named = details.filter(({ message }) => saysDiffer(message)).map(({ mspId }) => mspId);
  const isKnown = asked.includes(own);
  const isOther = (name: string): boolean => !isKnown || named.includes(name) !== named.includes(own);
  return asked.filter((name) => name !== own && isOther(name));
}
