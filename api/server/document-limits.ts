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
/** The sentence for a document that has too many of something. */
export const tooMany = (what: string): string => `${MESSAGE}${what}.`;

/** Whether a validation error is one of a limit: the server gives all of them one code. */
export const isOverLimit = (message: string): boolean => message.startsWith(MESSAGE);
/** Whether the parser refused a document for its length alone. */
export const isOverLength = (message: string): boolean =>
  /^Syntax Error: Document contains more \w+ \d+ tokens/.test(message);

/**
 * Depth, aliases, directives, root fields and mutations, fragments spread out. Measured before any other rule walks
 * the document; one that is over a limit is emptied, as the standard rules compare its selections in pairs.
 */
export function documentLimits(context: ValidationContext): ASTVisitor {
  const document = context.getDocument();
  const over = measure(document);
  if (over) {
    context.reportError(new GraphQLError(tooMany(over)));
    Object.assign(document, { definitions: [] });
  }
  return {};
}

interface Count {
  aliases: number;
  directives: number;
  depth: number;
  /** Selections visited, with what fragments spread. */
  visits: number;
}

function measure(document: DocumentNode): string | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  // Selections of all definitions together: also a fragment that nothing spreads is compared with itself.
  let visits = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION)
      continue;
    const count: Count = { aliases: 0, directives: definition.directives?.length ?? 0, depth: 0, visits };
    const roots = walk(definition.selectionSet, 1, [], fragments, count);
    ({ visits } = count);
    if (visits > LIMITS.documentSelections) return 'selections';
    if (count.depth > LIMITS.documentDepth) return 'levels';
    if (count.aliases > LIMITS.documentAliases) return 'aliases';
    if (count.directives > LIMITS.documentDirectives) return 'directives';
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
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
    if (++count.visits > LIMITS.documentSelections || depth > LIMITS.documentDepth) return fields;
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
