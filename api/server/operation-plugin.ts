/** One place for what holds for every operation: its cost, its status, its line in the log. */
import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { Logger } from 'pino';
import { ERRORS, type ErrorCode } from '../../schema/errors.js';
import type { RequestContext } from '../context.js';
import { assertCost } from './cost.js';
import { codeOf } from './mask.js';

/** Characters of an operation's name that the log keeps. */
const NAME_LENGTH = 80;

export function operationPlugin(log: Logger): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const began = performance.now();
      let cost = 0;
      return {
        async didResolveOperation({ schema, document, operation, request }) {
          if (operation)
            cost = assertCost({ schema, document, operation, variables: request.variables ?? {} });
        },
        async didEncounterErrors({ errors, contextValue }) {
          for (const error of errors) {
            const original = unwrapResolverError(error);
            if (codeOf(original) !== 'INTERNAL') continue;
            log.error({ requestId: contextValue.requestId, err: original }, 'an operation failed');
          }
        },
        async willSendResponse({ response, contextValue, operation, operationName }) {
          const { requestId, viewer } = contextValue;
          if (response.body.kind !== 'single') return;
          const { singleResult } = response.body;
          singleResult.extensions = { ...singleResult.extensions, requestId, cost };
          const codes = (singleResult.errors ?? []).map((error) => error.extensions?.code as ErrorCode);
          const isFailed =
            codes.length > 0 && Object.values(singleResult.data ?? {}).every((value) => value === null);
          // A status that Apollo has set already says more (405 for a mutation by GET).
          if (isFailed) response.http.status ??= ERRORS[codes[0]].http;
          const seconds = singleResult.errors?.[0]?.extensions?.retryAfterSeconds;
          if (isFailed && seconds !== undefined) response.http.headers.set('retry-after', String(seconds));
          log.info(
            {
              requestId,
              operation: operation?.operation,
              operationName: operationName?.slice(0, NAME_LENGTH),
              role: viewer?.role,
              organisation: viewer?.organisation,
              cost,
              codes,
              ms: Math.round((performance.now() - began) * 10) / 10,
            },
            'operation',
          );
        },
      };
    },
  };
}
