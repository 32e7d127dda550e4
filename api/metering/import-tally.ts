/** What became of the readings of a file. */
import { ERRORS, type ErrorCode } from '../../schema/errors.js';

/** Why a reading is refused before the ledger is asked. */
const UNASKED = {
  UNKNOWN_METER: 'The lane has no meter of this id.',
  OTHER_PROVIDER: 'The readings of this meter are another provider’s to give.',
  INTERVAL_NOT_COVERED: 'The file covers only a part of the network’s interval.',
} as const;

export type RefusedCode = ErrorCode | keyof typeof UNASKED;

/** A sentence for people. */
export const refusalSentence = (code: RefusedCode): string =>
  code in UNASKED ? UNASKED[code as keyof typeof UNASKED] : ERRORS[code as ErrorCode].message;

export interface RefusedReading {
  readonly meter: string;
  /** ms since 1970. */
  readonly start: number;
  readonly code: RefusedCode;
}

export interface ImportSummary {
  /** Readings on the grid of their networks, and those of unknown meters as the file has them. */
  readonly read: number;
  readonly recorded: number;
  readonly revised: number;
  /** Readings that the ledger has as they are. */
  readonly unchanged: number;
  /** Recorded or revised readings that say MISSING. */
  readonly recordedMissing: number;
  /** Readings that say MISSING where the ledger has one, which stands. */
  readonly missing: number;
  /** Recorded or revised readings for which a register of the meter was absent (see `complete`). */
  readonly incomplete: number;
  readonly refused: number;
  /** Number of refused readings by code, and the first few of them. */
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly examples: readonly RefusedReading[];
}

const EXAMPLES = 10;

export class ImportTally {
  read = 0;
  recorded = 0;
  revised = 0;
  unchanged = 0;
  recordedMissing = 0;
  missing = 0;
  incomplete = 0;
  private readonly codes: Record<string, number> = {};
  private readonly examples: RefusedReading[] = [];

  /** Notes refused readings, of which the first is named. */
  refuse(reading: RefusedReading, count = 1): void {
    this.codes[reading.code] = (this.codes[reading.code] ?? 0) + count;
    if (this.examples.length < EXAMPLES) this.examples.push(reading);
  }

  summary(): ImportSummary {
    const { read, recorded, revised, unchanged, recordedMissing, missing, incomplete, codes, examples } =
      this;
    const refused = Object.values(codes).reduce((a, b) => a + b, 0);
    return {
      ...{ read, recorded, revised, unchanged, recordedMissing, missing, incomplete, refused },
      refusedByCode: codes,
      examples,
    };
  }
}
