/** The GraphQL gateway over HTTP: Apollo Server on Fastify. */
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { pino, type Logger } from 'pino';
import { LIMITS } from '../../schema/limits.js';
import type { TokenVerifier } from '../auth/verify.js';
import type { RequestContext, Services } from '../context.js';
import { Throttle } from '../mutations/throttle.js';
import { gridbookSchema } from '../schema/build.js';
import { addAnswers, newRequestId } from './answers.js';
import { bodyLimitOf } from './body-limit.js';
import { documentLimits } from './document-limits.js';
import { addJsonBody } from './json-body.js';
import { knownOperations } from './known-operations.js';
import { masked } from './mask.js';
import { operationPlugin } from './operation-plugin.js';
import { QUERY_PAGE, QUERY_PAGE_CSP } from './query-page.js';
import { contextOf } from './request-context.js';
import { refuseMethod, requireForm } from './request-form.js';

export interface GatewayOptions extends Services {
  readonly verifier: TokenVerifier;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Introspection, the query page, and validation errors that name fields. */
  readonly isDevelopment: boolean;
  /** Clock of the limits on commands, in ms; the process's own where it is absent. */
  readonly nowMs?: () => number;
  /** Level of the log. */
  readonly logLevel?: string;
  /** Where the log goes, a line each; standard error where it is absent. */
  readonly logTo?: { write(line: string): void };
}

export interface Gateway {
  /** Address of the GraphQL endpoint. */
  readonly url: string;
  readonly port: number;
  /** Takes nothing more, finishes what is in hand, then closes. */
  stop(): Promise<void>;
}

const PATH = '/graphql';

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const log = pino(
    { level: options.logLevel ?? 'warn', redact: ['req.headers.authorization', 'headers.authorization'] },
    options.logTo ?? pino.destination({ fd: 2, sync: true }),
  );
  const app = fastify({
    bodyLimit: LIMITS.requestBytes,
    requestTimeout: 30_000,
    logger: false,
    trustProxy: false,
    requestIdHeader: false,
    genReqId: newRequestId,
  });
  const stopping = new AbortController();
  const apollo = apolloOn(app, await gridbookSchema(), options.isDevelopment, log);
  await apollo.start();
  addAnswers(app, log);
  addJsonBody(app);
  addHealth(app, options, stopping.signal);
  if (options.isDevelopment) addQueryPage(app);
  const context = {
    ...{ ...options, isOpen: options.isDevelopment, log, stopping: stopping.signal },
    throttle: new Throttle(options.nowMs),
  };
  app.route({
    method: ['GET', 'POST'],
    url: PATH,
    ...bodyLimitOf(options.ledger, options.verifier),
    preHandler: requireForm,
    handler: fastifyApolloHandler(apollo, {
      context: (request, reply) => contextOf(request, reply, context),
    }),
  });
  // Refused before anything of a body is read; whatever it is, it would not be.
  app.route({
    method: ['DELETE', 'OPTIONS', 'PATCH', 'PUT'],
    url: PATH,
    onRequest: refuseMethod,
    handler: refuseMethod,
  });
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
      stopping.abort();
      await apollo.stop();
      await app.close();
    },
  };
}

function apolloOn(
  app: FastifyInstance,
  schema: GraphQLSchema,
  isDevelopment: boolean,
  log: Logger,
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    introspection: isDevelopment,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    // What anybody may register, anybody may fill.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !isDevelopment,
    parseOptions: { maxTokens: LIMITS.documentTokens },
    validationRules: [documentLimits, knownOperations],
    formatError: (formatted, error) => masked(formatted, error, isDevelopment),
    logger: quiet(log),
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      fastifyApolloDrainPlugin(app),
      operationPlugin(log),
    ],
  });
}

function addHealth(
  app: FastifyInstance,
  { ledger, projector }: Pick<Services, 'ledger' | 'projector'>,
  stopping: AbortSignal,
): void {
  app.get('/health/live', (_, reply) => reply.send({ status: 'ok' }));
  app.get('/health/ready', (_, reply) => {
    const isReady = !stopping.aborted && projector.failure === undefined;
    return reply.code(isReady ? 200 : 503).send({
      status: isReady ? 'ok' : 'unready',
      height: ledger.height(),
      readableHeight: projector.height(),
    });
  });
}

function addQueryPage(app: FastifyInstance): void {
  app.get('/', (_, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', QUERY_PAGE_CSP).send(QUERY_PAGE),
  );
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
