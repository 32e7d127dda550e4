/** Validates that the schema has a root for each operation; the standard rules leave that to the execution. */
import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

export const knownOperations = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition(node) {
    if (context.getSchema().getRootType(node.operation)) return;
    context.reportError(new GraphQLError(`The schema has no ${node.operation}s.`, { nodes: node }));
  },
});
