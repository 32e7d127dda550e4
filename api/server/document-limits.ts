/** Limits on a document's form, checked before anything of it runs. */
import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { LIMITS } from '../../schema/limits.js';

const MESSAGE = 'The document has too many ';
const tooComplex = (what: string): GraphQLError => new GraphQLError(`${MESSAGE}${what}.`);

/** Whether a validation error is one of a limit: the server gives all of them one code. */
export const isOverLimit = (message: string): boolean => message.startsWith(MESSAGE);

/** Depth, aliases, directives, root fields and mutations, fragments spread out. */
export function documentLimits(context: ValidationContext): ASTVisitor {
  return {
    Document: {
      enter(document) {
        const over = measure(document);
        if (over) context.reportError(tooComplex(over));
      },
    },
  };
}

interface Count {
  aliases: number;
  directives: number;
  depth: number;
  /** Selections visited: bounds the work that spreading fragments can ask for. */
  visits: number;
}

const MOST_VISITS = 20_000;

function measure(document: DocumentNode): string | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const count: Count = { aliases: 0, directives: definition.directives?.length ?? 0, depth: 0, visits: 0 };
    const roots = walk(definition.selectionSet, 1, [], fragments, count);
    if (count.visits > MOST_VISITS) return 'selections';
    if (count.depth > LIMITS.documentDepth) return 'levels';
    if (count.aliases > LIMITS.documentAliases) return 'aliases';
    if (count.directives > LIMITS.documentDirectives) return 'directives';
    if (roots > LIMITS.documentRootFields) return 'root fields';
    if (definition.operation === 'mutation' && roots > LIMITS.documentMutations) return 'mutations';
  }
  return undefined;
}

/** Counts a selection set with what its fragments spread; answers the number of its fields. */
function walk(
  set: SelectionSetNode,
  depth: number,
  open: readonly string[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  count: Count,
): number {
  let fields = 0;
  count.depth = Math.max(count.depth, depth);
  for (const selection of set.selections) {
    if (++count.visits > MOST_VISITS || depth > LIMITS.documentDepth) return fields;
    count.directives += selection.directives?.length ?? 0;
    if (selection.kind === Kind.FIELD) {
      fields++;
      if (selection.alias) count.aliases++;
      if (selection.selectionSet) walk(selection.selectionSet, depth + 1, open, fragments, count);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      fields += walk(selection.selectionSet, depth, open, fragments, count);
    } else {
      const name = selection.name.value;
      const fragment = fragments.get(name);
      // A fragment that spreads itself is refused by the standard rules.
      if (fragment && !open.includes(name)) {
        fields += walk(fragment.selectionSet, depth, [...open, name], fragments, count);
      }
    }
  }
  return fields;
}
