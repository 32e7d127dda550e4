/** What a check of the doctor found. */

export const VERDICTS = ['ok', 'warning', 'problem'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly verdict: Verdict;
  /** One sentence: what is so, and where it is not well, what to do. */
  readonly sentence: string;
}

const LISTED = 3;

/** The first few of many, and how many more there are. */
export function listed(items: readonly (string | number)[]): string {
  const more = items.length - LISTED;
  return `${items.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
