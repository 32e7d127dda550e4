/** What is wrong with the form of a request to the GraphQL address, told before anything of it is read as GraphQL. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LIMITS } from '../../schema/limits.js';
import { answer } from './answers.js';
import { tooMany } from './document-limits.js';
import { isNestedDeeper } from './nesting.js';

/** Headers that no form of a foreign page can send: one of them shows that a script of ours, or no browser, asks. */
const PREFLIGHT = ['apollo-require-preflight', 'x-apollo-operation-name'] as const;

/** A hook of the address: answers a request that is not of its form. */
export async function requireForm(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const wrong = request.method === 'GET' ? wrongGet(request) : wrongPost(request);
  if (wrong !== undefined) await answer(reply, 'BAD_REQUEST', wrong);
  else if (isNestedDeeper(documentOf(request), LIMITS.documentNesting))
    await answer(reply, 'TOO_COMPLEX', tooMany('levels'));
}

/** Answers a request of another method than the address takes. */
export async function refuseMethod(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  await answer(reply.header('allow', 'GET, POST'), 'BAD_REQUEST', 'The address takes GET and POST.', 405);
}

function wrongGet({ headers, query }: FastifyRequest): string | undefined {
  const isShown = PREFLIGHT.some((name) => headers[name]) || isJson(headers['content-type']);
  if (!isShown) return `A query by GET wants the header ${PREFLIGHT[0]}; or send it by POST.`;
  return isText((query as { query?: unknown }).query) ? undefined : 'The address wants a query: ?query=….';
}

function wrongPost({ headers, body }: FastifyRequest): string | undefined {
  if (!isJson(headers['content-type'])) return 'The content type must be application/json.';
  if (Array.isArray(body)) return 'The body is an array: requests are sent one at a time.';
  if (typeof body !== 'object' || body === null) return 'The body must be a JSON object with `query`.';
  const { query, variables, operationName } = body as Readonly<Record<string, unknown>>;
  if (!isText(query)) return 'The body must name its document in `query`, a string.';
  if (!isAbsent(variables) && (typeof variables !== 'object' || Array.isArray(variables)))
    return '`variables` must be an object.';
  return isAbsent(operationName) || typeof operationName === 'string'
    ? undefined
    : '`operationName` must be a string.';
}

/** The document of a request of the right form. */
const documentOf = ({ method, query, body }: FastifyRequest): string =>
  ((method === 'GET' ? query : body) as { readonly query: string }).query;

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const isJson = (contentType: string | undefined): boolean =>
  /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(contentType ?? '');
