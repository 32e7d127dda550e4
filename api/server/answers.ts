/** What every answer has, whatever became of the request: its id, the headers of its status, GraphQL's form. */
import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { ERRORS, type ErrorCode } from '../../schema/errors.js';

/** Ids of requests are ours: what a client sends is never repeated in an answer or a log. */
export const newRequestId = (): string => randomUUID();

/** Headers by status: which kind of token is wanted, when to come back. */
const BY_STATUS: Readonly<Record<number, readonly [name: string, value: string]>> = {
  401: ['www-authenticate', 'Bearer'],
  503: ['retry-after', '1'],
};

/** What is wrong with a body or its headers, by the server's codes. */
const NOT_JSON = 'The body is not JSON.';
const UNREAD: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The content type must be application/json.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty: a JSON object with `query` is wanted.',
  FST_ERR_CTP_INVALID_JSON_BODY: NOT_JSON,
  FORBIDDEN_KEY:
    'The body has a key `__proto__`, or `prototype` in `constructor`: such keys are not accepted.',
};

export function addAnswers(app: FastifyInstance, log: Logger): void {
  app.addHook('onRequest', async (request, reply) => {
    // Answers are somebody's own: no cache may keep them.
    reply.headers({
      'x-request-id': request.id,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });
  app.addHook('onSend', async ({ id }, reply, payload) => {
    const header = BY_STATUS[reply.statusCode];
    if (header) reply.header(...header);
    return reply.statusCode >= 400 && typeof payload === 'string' ? withRequestId(payload, id) : payload;
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error.statusCode === 413) return answer(reply, 'PAYLOAD_TOO_LARGE');
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return answer(reply, 'BAD_REQUEST', error instanceof SyntaxError ? NOT_JSON : UNREAD[error.code]);
    }
    log.error({ requestId: request.id, err: error }, 'a request failed');
    return answer(reply, 'INTERNAL');
  });
  app.setNotFoundHandler((_, reply) => answer(reply, 'OPERATION_NOT_FOUND'));
}

/** Answers a request with a code of the table; `said` where more is known than the code says. */
export function answer(
  reply: FastifyReply,
  code: ErrorCode,
  said?: string,
  status: number = ERRORS[code].http,
): FastifyReply {
  const { message, retry } = ERRORS[code];
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ errors: [{ message: said ?? message, extensions: { code, retry } }] });
}

/** An answer that failed before its operation began does not have its id yet. */
function withRequestId(payload: string, requestId: string): string {
  if (!payload.startsWith('{')) return payload;
  const answer = JSON.parse(payload) as { errors?: unknown; extensions?: { requestId?: string } };
  if (!answer.errors || answer.extensions?.requestId !== undefined) return payload;
  return JSON.stringify({ ...answer, extensions: { ...answer.extensions, requestId } });
}
