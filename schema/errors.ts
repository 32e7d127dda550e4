/**
 * The closed table of refusals (architecture.md, Errors). Chaincode, gateway and docs use this one table.
 * `number` is what the ledger records; it never changes and is never given to another code.
 */
export type RetryAdvice =
  /** The same content can never succeed. */
  | 'NEVER'
  /** Send the same key again later: nothing was decided. */
  | 'SAME_KEY'
  /** Mend what the message names, then send under a new key. */
  | 'NEW_KEY';

export interface ErrorEntry {
  readonly number: number;
  /** A sentence for people; it echoes no input. */
  readonly message: string;
  readonly retry: RetryAdvice;
  /** 'business' refusals are data in `userErrors`; 'request' ones are GraphQL errors with `extensions.code`. */
  readonly kind: 'business' | 'request';
  /** HTTP status where the whole request fails with this code. */
  readonly http: number;
}

const business = (number: number, message: string, retry: RetryAdvice = 'NEW_KEY'): ErrorEntry => ({
  number,
  message,
  retry,
  kind: 'business',
  http: 200,
});
const request = (
  number: number,
  http: number,
  message: string,
  retry: RetryAdvice = 'NEVER',
): ErrorEntry => ({
  number,
  message,
  retry,
  kind: 'request',
  http,
});

export const ERRORS = {
  // Form of a command
  INVALID_INPUT: business(1, 'A field has the wrong type, is out of its range or is not in its alphabet.'),
  COMMAND_TOO_LARGE: business(2, 'The command is larger than 60,000 bytes.'),
  UNKNOWN_COMMAND: business(3, 'There is no such command.', 'NEVER'),
  AMOUNT_OUT_OF_RANGE: business(4, 'An amount would leave ±(2^53 − 1).'),
  UNKNOWN_FORMAT: business(5, 'The format number is not known to this version.', 'NEVER'),

  // Idempotency (K1)
  IDEMPOTENCY_CONFLICT: business(10, 'This key was used with other content.'),
  IDEMPOTENCY_KEY_EXPIRED: business(11, 'The time in the key is more than 24 hours from ledger time.'),
  IDEMPOTENCY_BUCKET_FULL: business(12, 'Too many commands carry the same quarter of a second in their key.'),
  BATCH_TOO_SPREAD: business(13, 'The batch touches more than four buckets of keys.', 'SAME_KEY'),

  // Authority (A1–A4)
  NOT_AUTHORISED: business(20, 'The role or organisation may not do this.'),
  NOT_FOUND: business(21, 'There is no such record, or it is not yours to see.'),
  NOT_HOSTED: business(22, 'The organisation does not host this participant.'),
  PARTICIPANT_INACTIVE: business(23, 'The participant is not active.'),
  REASON_REQUIRED: business(24, 'This act must state a reason.'),
  NOT_ADMITTED: business(25, 'The organisation is not admitted to the lane in this role.'),

  // Records
  ALREADY_EXISTS: business(30, 'A record of this id exists already.'),
  WRONG_STATE: business(31, 'The record is not in a state that allows this.'),
  BACKDATED: business(32, 'It would take effect in an interval that has begun or is sealed.'),
  TOO_FAR_AHEAD: business(28, 'It would take effect more than 400 days ahead.'),
  OFF_GRID: business(33, 'The instant does not lie on the interval grid.'),
  LIMIT_REACHED: business(34, 'A named limit of the record is reached.'),
  MARKET_HOST_LIMIT: business(35, 'A market has one host for now.'),
  SAME_PARTICIPANT: business(36, 'A participant cannot trade with itself.'),
  MEMBER_ELSEWHERE: business(38, 'The connection is a member of another market.'),
  LANE_FULL: business(29, 'As many organisations take part in the lane as may.'),
  NETWORK_FULL: business(39, 'The network has as many connections as it may.'),
  VERSION_NOT_LATER: business(37, 'A version must start after the one before it.'),

  // Accounts (K2, K3)
  INSUFFICIENT_FUNDS: business(40, 'The account would fall below its floor.'),
  UNIT_MISMATCH: business(41, 'The accounts hold different units.'),
  SAME_ACCOUNT: business(42, 'Payer and payee are the same account.'),
  MINT_CEILING: business(43, 'The series would exceed its ceiling.'),
  HOLD_EXPIRED: business(44, 'The hold has expired.'),
  HOLD_NOT_EXPIRED: business(45, 'The hold has not expired yet.'),
  REFERENCE_USED: business(46, 'The receipt or payout reference was used before.'),
  POSTINGS_UNBALANCED: business(47, 'The postings of the command do not balance.', 'NEVER'),
  ACCOUNT_KIND: business(48, 'This kind of account does not allow the operation.'),
  OVERPAYMENT: business(49, 'The payment exceeds what is owed.'),

  // Metering (E1)
  CONNECTION_NOT_IN_FORCE: business(50, 'The connection is not in force in that interval.'),
  READING_EXISTS: business(51, 'A reading exists; a newer one is a revision.'),
  READING_ABSENT: business(52, 'There is no reading to revise.'),
  READING_UNCHANGED: business(53, 'The revision says what the last reading says.'),
  INTERVAL_NOT_OVER: business(54, 'The interval has not ended by ledger time.'),
  READINGS_INCOMPLETE: business(55, 'Not every connection in force has a reading.', 'NEW_KEY'),
  OVER_CAPACITY: business(56, 'The reading exceeds what the connection can carry in the interval.'),

  // Settlement
  ALREADY_SETTLED: business(60, 'The interval is settled.'),
  NO_TARIFF: business(61, 'A connection has no tariff in force in the interval.'),
  CONSERVATION: business(62, 'Energy or money would not be conserved.', 'NEVER'),
  SETTLEMENT_TOO_LARGE: business(63, 'More connections than settle at once: open a run and post its parts.'),
  SETTLEMENT_SMALL: business(64, 'So few connections settle at once, without a run in parts.'),
  RUN_OPEN: business(65, 'A run of the interval is open: its parts must be posted first.'),
  RUN_NOT_OPEN: business(66, 'No run of the interval is open.'),
  PART_TOO_SMALL: business(67, 'A part of a run takes more connections than that, unless it is the last.'),

  // Size of a transaction
  PAGE_TOO_LARGE: business(70, 'A page of state would exceed 64,000 bytes.'),
  EVENT_TOO_LARGE: business(71, 'The event would exceed 2,000,000 bytes.'),
  TRANSACTION_TOO_LARGE: business(72, 'The transaction would exceed 4,000,000 bytes.'),
  WORK_LIMIT: business(
    74,
    'The transaction would settle more than one may: a smaller one passes.',
    'SAME_KEY',
  ),
  POSTINGS_LIMIT: business(73, 'The command makes more postings than one may.'),

  // Organisations that sign for themselves: nothing is decided yet, so that the batch keeps its keys
  STALE_PREPARATION: business(
    90,
    'The lane has changed since the batch was endorsed: sign the fresh proposal.',
    'SAME_KEY',
  ),
  PREPARATION_EXPIRED: business(
    91,
    'The batch was prepared more than ten minutes ago: prepare it anew.',
    'SAME_KEY',
  ),
  PREPARATION_REFUSED: business(
    92,
    'The bytes are not what was prepared: send the proposal or transaction as it was given.',
    'SAME_KEY',
  ),
  PREPARATION_USED: business(
    93,
    'The proposal has been committed: ask for the transaction by its id.',
    'NEVER',
  ),
  SIGNATURE_REFUSED: business(
    94,
    'The signature is not the certificate’s over these bytes: sign them by ECDSA with SHA-256, in DER.',
    'SAME_KEY',
  ),
  CERTIFICATE_REFUSED: business(
    95,
    'The certificate is not in force, not of the token’s organisation and role, or its key is not on P-256.',
    'SAME_KEY',
  ),
  SIGNS_ITSELF: business(
    96,
    'The organisation signs for itself: give its commands with offlineBatchPrepare.',
    'NEVER',
  ),
  OFFLINE_UNAVAILABLE: business(
    97,
    'Organisations sign for themselves on a Fabric network, where its gateway is set up for it.',
    'NEVER',
  ),

  // Whole transactions
  ARGUMENTS_TOO_LARGE: request(80, 413, 'The arguments exceed 2,000,000 bytes.'),
  MALFORMED_BATCH: request(81, 400, 'The batch is not of its form.'),
  TIME_SKEW: request(82, 409, 'The transaction time is too far from ledger time.', 'SAME_KEY'),
  WRONG_LANE: request(83, 403, 'The lane belongs to another organisation.'),
  MVCC_CONFLICT: request(84, 409, 'Another transaction changed what this one read.', 'SAME_KEY'),
  LEDGER_UNAVAILABLE: request(85, 503, 'The ledger cannot commit now.', 'SAME_KEY'),
  OVERLOADED: request(86, 503, 'Too much is waiting; try again shortly.', 'SAME_KEY'),

  // The gateway's own
  UNAUTHENTICATED: request(100, 401, 'A valid bearer token is required.'),
  FORBIDDEN: request(101, 403, 'The token does not allow this.'),
  BAD_REQUEST: request(102, 400, 'The request is not well-formed.'),
  GRAPHQL_PARSE_FAILED: request(103, 400, 'The document is not GraphQL.'),
  GRAPHQL_VALIDATION_FAILED: request(104, 400, 'The document does not fit the schema.'),
  BAD_USER_INPUT: request(105, 400, 'A variable or argument does not fit its type.'),
  TOO_COMPLEX: request(106, 400, 'The operation costs more than one may.'),
  PAYLOAD_TOO_LARGE: request(107, 413, 'The request body is too large.'),
  HEIGHT_NOT_REACHED: request(108, 503, 'The read model has not reached that height in time.', 'SAME_KEY'),
  THROTTLED: request(109, 429, 'Too many requests; wait and try again.', 'SAME_KEY'),
  OPERATION_NOT_FOUND: request(110, 404, 'There is nothing at this address.'),
  INTERNAL: request(111, 500, 'Something failed here; the request id finds it in the log.', 'SAME_KEY'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

const byNumber = new Map<number, ErrorCode>(
  (Object.entries(ERRORS) as [ErrorCode, ErrorEntry][]).map(([code, entry]) => [entry.number, code]),
);

/** The code that the ledger recorded as a number; undefined for a number this version does not know. */
export function errorCodeOf(number: number): ErrorCode | undefined {
  return byNumber.get(number);
}

/** A business refusal: one command is refused, its batch goes on. */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    /** Which input field it is about, where it is about one. */
    readonly field: string = '',
  ) {
    super(`${code}: ${ERRORS[code].message}`);
    this.name = 'Refusal';
  }
}

/** A refusal of a whole transaction or request. */
export class GridbookError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string = ERRORS[code].message,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'GridbookError';
  }
}
