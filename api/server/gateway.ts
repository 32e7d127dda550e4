/** The GraphQL gateway over HTTP: Apollo Server on Fastify. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { GraphQLError } from 'graphql';
import { pino, type Logger } from 'pino';
import { ERRORS, GridbookError, type ErrorCode } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import type { TokenVerifier } from '../auth/verify.js';
import type { RequestContext, Services } from '../context.js';
import { Loaders } from '../loaders.js';
import { gridbookSchema } from '../schema/build.js';
import { documentLimits } from './document-limits.js';
import { masked } from './mask.js';
import { operationPlugin } from './operation-plugin.js';
import { QUERY_PAGE, QUERY_PAGE_CSP } from './query-page.js';

export interface GatewayOptions extends Services {
  readonly verifier: TokenVerifier;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Introspection, the query page, and validation errors that name fields. */
  readonly isDevelopment: boolean;
  /** Level of the log on standard error. */
  readonly logLevel?: string;
}

export interface Gateway {
  /** Address of the GraphQL endpoint. */
  readonly url: string;
  readonly port: number;
  /** Takes nothing more, finishes what is in hand, then closes. */
  stop(): Promise<void>;
}

const PATH = '/graphql';
/** Asks that the answer shows at least this many blocks: a receipt's `height` reads one's own write. */
export const MIN_HEIGHT_HEADER = 'gridbook-min-height';

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const log = pino(
    { level: options.logLevel ?? 'warn', redact: ['req.headers.authorization', 'headers.authorization'] },
    pino.destination({ fd: 2, sync: true }),
  );
  const schema = await gridbookSchema();
  const app = fastify({
    bodyLimit: LIMITS.requestBytes,
    requestTimeout: 30_000,
    logger: false,
    trustProxy: false,
  });
  const { isDevelopment } = options;
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection: isDevelopment,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !isDevelopment,
    parseOptions: { maxTokens: LIMITS.documentTokens },
    validationRules: [documentLimits],
    formatError: (formatted, error) => masked(formatted, error, { isDevelopment }),
    logger: quiet(log),
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      fastifyApolloDrainPlugin(app),
      operationPlugin(log),
    ],
  });
  await apollo.start();
  const { ready } = routes(app, options);
  app.route({
    method: ['GET', 'POST'],
    url: PATH,
    handler: fastifyApolloHandler(apollo, { context: (request) => contextOf(request, options) }),
  });
  app.setErrorHandler((error: FastifyError, request, reply) => fail(error, request, reply, log));
  app.setNotFoundHandler((_, reply) => answer(reply, 'OPERATION_NOT_FOUND'));
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await apollo.stop();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}${PATH}`,
    port,
    stop: async () => {
      // Whoever balances load sees it unready before it stops taking requests.
      ready.ends();
      await apollo.stop();
      await app.close();
    },
  };
}

function routes(
  app: FastifyInstance,
  { isDevelopment, ledger, projector }: GatewayOptions,
): { ready: { ends(): void } } {
  let isStopping = false;
  app.get('/health/live', (_, reply) => reply.send({ status: 'ok' }));
  app.get('/health/ready', (_, reply) => {
    const isReady = !isStopping && projector.failure === undefined;
    return reply.code(isReady ? 200 : 503).send({
      status: isReady ? 'ok' : 'unready',
      height: ledger.height(),
      readableHeight: projector.height(),
    });
  });
  if (isDevelopment) {
    app.get('/', (_, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', QUERY_PAGE_CSP)
        .send(QUERY_PAGE),
    );
  }
  return {
    ready: {
      ends: () => {
        isStopping = true;
      },
    },
  };
}

/** The viewer of a request, and the height that it asks for. */
async function contextOf(request: FastifyRequest, options: GatewayOptions): Promise<RequestContext> {
  const { verifier, ledger, database, projector, lanes } = options;
  const requestId = randomUUID();
  try {
    const { authorization } = request.headers;
    const viewer = authorization === undefined ? undefined : await verifier.viewerOf(authorization);
    const wanted = request.headers[MIN_HEIGHT_HEADER];
    if (wanted !== undefined) {
      if (typeof wanted !== 'string' || !/^\d{1,15}$/.test(wanted)) throw new GridbookError('BAD_REQUEST');
      await projector.waitFor(Number(wanted), { timeoutMs: LIMITS.heightWaitMs });
    }
    return { ledger, database, projector, lanes, viewer, requestId, loaders: new Loaders(database, viewer) };
  } catch (error) {
    throw error instanceof GridbookError ? asGraphQL(error.code, requestId) : error;
  }
}

function asGraphQL(code: ErrorCode, requestId: string): GraphQLError {
  return new GraphQLError(ERRORS[code].message, {
    extensions: {
      code,
      http: { status: ERRORS[code].http, headers: new Map([['x-request-id', requestId]]) },
    },
  });
}

/** Faults before GraphQL: always an answer in GraphQL's form. */
function fail(error: FastifyError, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply {
  if (error.statusCode === 413) return answer(reply, 'PAYLOAD_TOO_LARGE');
  if (error.statusCode !== undefined && error.statusCode < 500) return answer(reply, 'BAD_REQUEST');
  log.error({ requestId: request.id, err: error }, 'a request failed');
  return answer(reply, 'INTERNAL');
}

function answer(reply: FastifyReply, code: ErrorCode): FastifyReply {
  const { http, message, retry } = ERRORS[code];
  return reply
    .code(http)
    .type('application/json; charset=utf-8')
    .send({ errors: [{ message, extensions: { code, retry } }] });
}

/** Apollo's own log: what it warns of goes to ours. */
function quiet(log: Logger): ConstructorParameters<typeof ApolloServer>[0]['logger'] {
  return {
    debug: (message) => log.debug(String(message)),
    info: (message) => log.debug(String(message)),
    warn: (message) => log.warn(String(message)),
    error: (message) => log.error(String(message)),
  };
}
