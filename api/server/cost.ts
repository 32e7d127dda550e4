/** What an operation costs with the values that its variables really have. */
import { GraphQLError, type DocumentNode, type GraphQLSchema } from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { ERRORS } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';

/** A list costs what its items cost, as many times as are asked for. */
const byLength: ComplexityEstimator = ({ args, childComplexity }) => {
  const { first, ids } = args as { first?: unknown; ids?: unknown };
  const length =
    typeof first === 'number'
      ? Math.max(1, Math.min(first, LIMITS.operationCost))
      : Array.isArray(ids)
        ? ids.length
        : 1;
  return 1 + length * childComplexity;
};

/** Refuses an operation that costs more than one may. */
export function assertCost(
  schema: GraphQLSchema,
  query: DocumentNode,
  variables: Record<string, unknown>,
  operationName: string | undefined,
): number {
  let cost: number;
  try {
    cost = getComplexity({ schema, query, variables, operationName, estimators: [byLength] });
  } catch (error) {
    // Variables that do not fit are told by their own error when the operation runs.
    if (error instanceof GraphQLError) return 0;
    throw error;
  }
  if (cost > LIMITS.operationCost) {
    throw new GraphQLError('The operation costs more than one may.', {
      extensions: { code: 'TOO_COMPLEX', http: { status: ERRORS.TOO_COMPLEX.http } },
    });
  }
  return cost;
}
