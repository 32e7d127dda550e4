/** Who asks, and how far the read model must be before the answer: settled before anything of a request runs. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { ERRORS, GridbookError, type ErrorCode } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import type { TokenVerifier } from '../auth/verify.js';
import type { Viewer } from '../auth/viewer.js';
import type { RequestContext, Services } from '../context.js';
import { InputError } from '../input-error.js';
import { Loaders } from '../loaders.js';
import type { Throttle } from '../mutations/throttle.js';

/** Asks that the answer shows at least this many blocks: a receipt's `height` reads one's own write. */
export const MIN_HEIGHT_HEADER = 'gridbook-min-height';

export interface ContextOptions extends Services {
  readonly verifier: TokenVerifier;
  readonly throttle: Throttle;
  /** Whether requests without a token may ask what needs none: the schema. */
  readonly isOpen: boolean;
  readonly log: Logger;
  /** Ends what waits when the gateway stops. */
  readonly stopping: AbortSignal;
}

export async function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ContextOptions,
): Promise<RequestContext> {
  const { ledger, database, projector, lanes, throttle } = options;
  try {
    const viewer = await viewerOf(request, options);
    await waitForHeight(request, reply, viewer, options);
    return {
      ledger,
      database,
      projector,
      lanes,
      throttle,
      viewer,
      requestId: request.id,
      loaders: new Loaders(database, viewer),
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof GridbookError ? error.code : 'INTERNAL';
    if (code === 'INTERNAL') options.log.error({ requestId: request.id, err: error }, 'a request failed');
    throw asGraphQL(code);
  }
}

async function viewerOf(
  { headers: { authorization }, id }: FastifyRequest,
  { verifier, isOpen, log }: ContextOptions,
): Promise<Viewer | undefined> {
  if (authorization === undefined) {
    if (isOpen) return undefined;
    throw new GridbookError('UNAUTHENTICATED');
  }
  try {
    return await verifier.viewerOf(authorization);
  } catch (error) {
    const cause = error instanceof GridbookError ? error.cause : undefined;
    const reason = (cause as { code?: unknown } | undefined)?.code;
    log.info({ requestId: id, reason }, 'a token was refused');
    throw error;
  }
}

/** Waits for the height that the request asks for, no longer than its client or the gateway does. */
async function waitForHeight(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  viewer: Viewer | undefined,
  { projector, stopping }: ContextOptions,
): Promise<void> {
  const wanted = headers[MIN_HEIGHT_HEADER];
  if (wanted === undefined) return;
  if (typeof wanted !== 'string' || !/^\d{1,15}$/.test(wanted)) {
    const message = `The header ${MIN_HEIGHT_HEADER} must be a number of blocks: the height of a receipt.`;
    throw new InputError(message, { code: 'BAD_REQUEST' });
  }
  // Places to wait are few; they are for those who may read something then.
  if (!viewer) throw new GridbookError('UNAUTHENTICATED');
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  reply.raw.once('close', leave);
  try {
    const signal = AbortSignal.any([gone.signal, stopping]);
    await projector.waitFor(Number(wanted), { timeoutMs: LIMITS.heightWaitMs, signal });
  } finally {
    reply.raw.off('close', leave);
  }
}

function asGraphQL(code: ErrorCode): GraphQLError {
  const { message, http } = ERRORS[code];
  return new GraphQLError(message, { extensions: { code, http: { status: http } } });
}
