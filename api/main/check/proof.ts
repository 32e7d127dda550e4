/** A rule that a ledger's content must obey, proven over all of it. */
import type { Session } from '../../readmodel/session.js';

export interface Proven {
  /** Ids of the rules (chaincode/RULES.md). */
  readonly rule: string;
  /** What holds, in words. */
  readonly what: string;
  /** Over how many cases. */
  readonly count: bigint;
  /** Noun for one case. */
  readonly unit: string;
}

/** The first case in which a rule does not hold. */
export class RuleViolation extends Error {
  constructor(
    readonly rule: string,
    readonly what: string,
    readonly where: string,
  ) {
    super(`${rule} does not hold (${what}): ${where}`);
    this.name = 'RuleViolation';
  }
}

export interface Proof {
  readonly rule: string;
  readonly what: string;
  readonly unit: string;
  /** Counts the cases, or throws a `RuleViolation`. */
  prove(session: Session): Promise<bigint>;
}

export interface SqlProof {
  readonly rule: string;
  readonly what: string;
  readonly unit: string;
  /** One row with `cases`. */
  readonly cases: string;
  /** Rows that break the rule; their columns are what the message names. */
  readonly broken: string;
}

/** A proof by two queries: how many cases there are, and the first that breaks the rule. */
export function sqlProof(p: SqlProof): Proof {
  const { rule, what, unit } = p;
  return {
    rule,
    what,
    unit,
    prove: async (session) => {
      const { rows } = await session.run(`${p.broken} limit 1`);
      if (rows.length > 0) throw new RuleViolation(rule, what, placeOf(rows[0]));
      const [{ cases }] = (await session.run(p.cases)).rows;
      return BigInt(String(cases ?? 0));
    },
  };
}

/** `lane Brightwater, connection 3, start 2025-06-01T00:00:00.000Z, …` */
export function placeOf(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const text = name === 'start' ? new Date(Number(value)).toISOString() : String(value);
      return `${name.replaceAll('_', ' ')} ${text}`;
    })
    .join(', ');
}
