/** What does not fit, told in a message of our own that repeats nothing of it: it leaves as it is. */
import { GraphQLError, type ASTNode } from 'graphql';
import { ERRORS, type ErrorCode } from '../schema/errors.js';

export class InputError extends GraphQLError {
  constructor(message: string, options: { readonly code?: ErrorCode; readonly node?: ASTNode } = {}) {
    const { code = 'BAD_USER_INPUT', node } = options;
    // Where a resolver throws, its field fails and the others answer: only other codes end the whole request.
    const http = code === 'BAD_USER_INPUT' ? {} : { http: { status: ERRORS[code].http } };
    super(message, { nodes: node, extensions: { code, ...http } });
    this.name = 'InputError';
  }
}

/** The first of our own messages among an error and its causes, which GraphQL wraps several times. */
export function inputErrorIn(error: unknown): InputError | undefined {
  for (let at = error; at instanceof GraphQLError; at = at.originalError) {
    if (at instanceof InputError) return at;
  }
  return undefined;
}
