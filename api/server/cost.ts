/** What an operation costs with the values that its variables really have. */
import {
  getVariableValues,
  GraphQLError,
  Kind,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { fieldExtensionsEstimator, getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { ERRORS, type ErrorCode } from '../../schema/errors.js';
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

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What operations cost whatever their variables are; documents that are given again are the same objects. */
const fixed = new WeakMap<OperationDefinitionNode, number>();
/** Documents whose cost depends on their variables: they are looked through once. */
const varying = new WeakSet<DocumentNode>();

/** Answers what an operation costs; refuses one that costs more than one may, or whose cost cannot be told. */
export function assertCost({ schema, document, operation, variables }: Operation): number {
  const known = fixed.get(operation);
  if (known !== undefined) return known;
  // Variables that do not fit are told by their own error; nothing runs with them.
  if (getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors) return 0;
  const cost = costOf(schema, document, operation, variables);
  if (cost > LIMITS.operationCost) throw refused('TOO_COMPLEX');
  if (!varying.has(document)) {
    if (isFixed(document)) fixed.set(operation, cost);
    else varying.add(document);
  }
  return cost;
}

/**
 * Whether no variable can change the cost: each stands for the `input` of a mutation, which no estimator looks at, and
 * can never be null, for which the whole operation is refused.
 */
function isFixed(document: DocumentNode): boolean {
  let elsewhere = false;
  visit(document, {
    VariableDefinition: ({ type }) => {
      elsewhere ||= type.kind !== Kind.NON_NULL_TYPE;
    },
    Variable: (_, __, parent) => {
      const { kind, name } = parent as { kind: Kind; name?: { value: string } };
      elsewhere ||= kind !== Kind.VARIABLE_DEFINITION && !(kind === Kind.ARGUMENT && name?.value === 'input');
    },
  });
  return !elsewhere;
}

function costOf(
  schema: GraphQLSchema,
  query: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  try {
    return getComplexity({
      schema,
      query,
      variables: { ...variables },
      operationName: operation.name?.value,
      // A field that sums more than it answers has a price of its own.
      estimators: [fieldExtensionsEstimator(), byLength],
      // The document's selections are counted before it comes here.
      maxQueryNodes: Number.POSITIVE_INFINITY,
    });
  } catch (error) {
    // An argument without its value, such as null from a variable: the other fields would run uncounted.
    if (error instanceof GraphQLError) throw refused('BAD_USER_INPUT');
    throw error;
  }
}

const refused = (code: ErrorCode): GraphQLError =>
  new GraphQLError(ERRORS[code].message, { extensions: { code, http: { status: ERRORS[code].http } } });
