/** What follows a failure: one table, by where it happened and what was said. */
import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { peer } from '@hyperledger/fabric-protos';
import { ERRORS, GridbookError, type ErrorCode } from '../../schema/errors.js';

export type Stage = 'evaluate' | 'endorse' | 'submit' | 'stream';

export type Next =
  /**
   * What failed may pass. At endorsing it is proposed anew: nothing of the old proposal can be committed. At
   * submitting the same transaction is given again: nobody knows whether an orderer has it. A stream is opened again.
   */
  | 'AGAIN'
  /** The port's caller makes a new transaction: this one is known never to change anything. */
  | 'NEW_TRANSACTION'
  /** The same would be refused again. */
  | 'END';

interface Rule {
  /** Everywhere, without it. */
  readonly at?: readonly Stage[];
  readonly status?: readonly status[];
  /** In the error's message, or in that of a node which it cites. */
  readonly says?: RegExp;
  readonly next: Next;
  readonly code: ErrorCode;
}

const DIFFER = /ProposalResponsePayloads do not match/;
/** Whether a gateway says that an endorser's answer is not that of another. */
export const saysDiffer = (message: string): boolean => DIFFER.test(message);

/** The first rule that fits holds; what no rule knows ends as INTERNAL. */
const RULES: readonly Rule[] = [
  { says: DIFFER, next: 'NEW_TRANSACTION', code: 'MVCC_CONFLICT' },
  // Only a proposal that was signed elsewhere comes twice.
  { says: /duplicate transaction found/, next: 'END', code: 'PREPARATION_USED' },
  { says: /incorrect timestamp/, next: 'END', code: 'TIME_SKEW' },
  { says: /access denied|client identity expired/, next: 'END', code: 'FORBIDDEN' },
  { at: ['submit'], says: /from orderer: status=FORBIDDEN/, next: 'END', code: 'FORBIDDEN' },
  { says: /larger than max/, next: 'END', code: 'TRANSACTION_TOO_LARGE' },
  // A stream's end as the deliver service tells it, in HTTP's numbers.
  { at: ['stream'], says: /status response: 403/, next: 'END', code: 'FORBIDDEN' },
  { at: ['stream'], says: /status response: (404|5\d\d)/, next: 'AGAIN', code: 'LEDGER_UNAVAILABLE' },
  // An orderer that has no say yet, or none any more.
  { at: ['submit'], says: /channel does not exist/, next: 'AGAIN', code: 'LEDGER_UNAVAILABLE' },
  { status: [status.PERMISSION_DENIED, status.UNAUTHENTICATED], next: 'END', code: 'FORBIDDEN' },
  // Out of reach, not ready yet, too much at once, too late; a connection that broke is INTERNAL to gRPC.
  {
    status: [status.UNAVAILABLE, status.FAILED_PRECONDITION, status.RESOURCE_EXHAUSTED],
    next: 'AGAIN',
    code: 'LEDGER_UNAVAILABLE',
  },
  {
    status: [status.DEADLINE_EXCEEDED, status.CANCELLED, status.INTERNAL],
    next: 'AGAIN',
    code: 'LEDGER_UNAVAILABLE',
  },
  // Some endorsers failed, others may not. From an orderer it is a refusal of the transaction as it is.
  { at: ['endorse'], status: [status.ABORTED], next: 'AGAIN', code: 'LEDGER_UNAVAILABLE' },
  { at: ['evaluate', 'stream'], status: [status.UNKNOWN], next: 'AGAIN', code: 'LEDGER_UNAVAILABLE' },
];

const { MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT } = peer.TxValidationCode;
const { ENDORSEMENT_POLICY_FAILURE, EXPIRED_CHAINCODE } = peer.TxValidationCode;

/** Whether an endorsement among them did not hold. */
export const isBadlyEndorsed = (code: number): boolean => code === ENDORSEMENT_POLICY_FAILURE;

/** Validation codes after which a new transaction may stand; any other is final. */
const NEW_AFTER: ReadonlySet<number> = new Set([
  ...[MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT],
  // The chaincode's definition changed between endorsing and committing.
  ...[ENDORSEMENT_POLICY_FAILURE, EXPIRED_CHAINCODE],
]);

export interface Verdict {
  readonly next: Next;
  /** What the port says where it is not tried again. */
  readonly refusal: GridbookError;
  /** Organisations whose peers failed, where the error names them. */
  readonly culprits: readonly string[];
  /** Those of them that did not answer in time. */
  readonly silent: readonly string[];
}

export function verdictOf(at: Stage, error: unknown): Verdict {
  if (error instanceof GridbookError) return { next: 'END', refusal: error, culprits: [], silent: [] };
  const { code: number, text } = told(error);
  const refused = /chaincode response 500, ([A-Z_]+)/.exec(text)?.[1];
  const rule = RULES.find(
    (each) =>
      (!each.at || each.at.includes(at)) &&
      (!each.status || (number !== undefined && each.status.includes(number))) &&
      (!each.says || each.says.test(text)),
  );
  const isRefusal = refused !== undefined && refused in ERRORS;
  const next = isRefusal ? 'END' : (rule?.next ?? 'END');
  const code = isRefusal ? (refused as ErrorCode) : (rule?.code ?? 'INTERNAL');
  const cause = isRefusal ? {} : { cause: error };
  return { next, refusal: new GridbookError(code, undefined, cause), ...blameOf(error) };
}

/** The port's refusal of a transaction that stands invalid in its block. */
export const refusalOfInvalid = (code: number): GridbookError =>
  new GridbookError(NEW_AFTER.has(code) ? 'MVCC_CONFLICT' : 'INTERNAL');

export const unavailable = (cause: unknown): GridbookError =>
  new GridbookError('LEDGER_UNAVAILABLE', undefined, { cause });

/** What an error says, with what it cites of other nodes. */
export function told(error: unknown): { code?: number; text: string } {
  if (!(error instanceof Error)) return { text: '' };
  const { code } = error as { code?: unknown };
  const details = error instanceof GatewayError ? error.details.map(({ message }) => message) : [];
  const text = [error.message, ...details].join('\n');
  return typeof code === 'number' ? { code, text } : { text };
}

function blameOf(error: unknown): Pick<Verdict, 'culprits' | 'silent'> {
  const cited = error instanceof GatewayError ? error.details : [];
  // Only the gateway itself says who is missing: what it cites, any other peer may have written.
  const said = error instanceof Error ? error.message : '';
  const missing = /endorsing peers for org\(s\): ([^\n]+)/.exec(said)?.[1].split(', ') ?? [];
  const silent = cited.filter(({ message }) => /DeadlineExceeded|deadline exceeded/.test(message));
  return {
    culprits: [...new Set([...cited.map(({ mspId }) => mspId), ...missing])],
    silent: silent.map(({ mspId }) => mspId),
  };
}
