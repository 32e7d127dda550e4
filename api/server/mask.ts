/** Nothing leaves but codes of the closed table with their own messages: no stack, no address, no input. */
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERRORS, GridbookError, type ErrorCode } from '../../schema/errors.js';
import { isTimedOut } from '../readmodel/errors.js';
import { inputErrorIn } from '../input-error.js';
import { ThrottledError } from '../mutations/throttle.js';
import { isOverLength, isOverLimit, tooMany } from './document-limits.js';
import { misfit } from './misfit.js';

/** Our own names for what Apollo calls otherwise. */
const RENAMED: Readonly<Record<string, ErrorCode>> = {
  PERSISTED_QUERY_NOT_FOUND: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_REQUEST',
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  INTERNAL_SERVER_ERROR: 'INTERNAL',
};

/** Codes of which a message that we wrote ourselves tells more than the table. */
const OWN_MESSAGES: ReadonlySet<ErrorCode> = new Set(['TOO_COMPLEX']);

/** Refusals of the libraries, in our words and without what they repeat. */
const REWORDED: readonly [said: RegExp, ours: string][] = [
  [/^GET requests only support query operations/, 'Only queries run by GET; send a mutation by POST.'],
  [
    /^Must provide operation name if /,
    'The document has several operations: say in `operationName` which of them runs.',
  ],
  [/^Unknown operation named "/, 'The document has no operation of the name in `operationName`.'],
];
const reworded = (message: string): string | undefined => REWORDED.find(([said]) => said.test(message))?.[1];

export const codeOf = (error: unknown): ErrorCode => {
  if (error instanceof GridbookError) return error.code;
  if (isTimedOut(error)) return 'TOO_COMPLEX';
  const code = error instanceof GraphQLError ? error.extensions.code : undefined;
  if (typeof code !== 'string') return 'INTERNAL';
  return code in ERRORS ? (code as ErrorCode) : (RENAMED[code] ?? 'INTERNAL');
};

/** The error as it leaves; in development a validation error names the fields that it is about. */
export function masked(
  formatted: GraphQLFormattedError,
  error: unknown,
  isDevelopment: boolean,
): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const isOverTime = isTimedOut(original);
  const found = codeOf(original instanceof GridbookError || isOverTime ? original : error);
  const isTooLong = found === 'GRAPHQL_PARSE_FAILED' && isOverLength(formatted.message);
  const isLimit = found === 'GRAPHQL_VALIDATION_FAILED' && isOverLimit(formatted.message);
  const code = isLimit || isTooLong ? 'TOO_COMPLEX' : found;
  const isForDevelopers =
    isDevelopment && (code === 'GRAPHQL_VALIDATION_FAILED' || code === 'GRAPHQL_PARSE_FAILED');
  const ours = isTooLong ? tooMany('tokens') : (inputErrorIn(error)?.message ?? reworded(formatted.message));
  const variable =
    code === 'BAD_USER_INPUT' ? misfit(formatted.message, error, ours, isDevelopment) : undefined;
  const isPlain = isForDevelopers || (OWN_MESSAGES.has(code) && !isOverTime);
  return {
    message: variable ?? ours ?? (isPlain ? formatted.message : ERRORS[code].message),
    ...(formatted.locations ? { locations: formatted.locations } : {}),
    ...(formatted.path ? { path: formatted.path } : {}),
    extensions: {
      ...{ code, retry: ERRORS[code].retry },
      ...(original instanceof ThrottledError ? { retryAfterSeconds: original.retryAfterSeconds } : {}),
    },
  };
}
