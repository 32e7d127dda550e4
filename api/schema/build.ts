/** The executable schema: the query side and a mutation a command. */
import 'reflect-metadata';
import {
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLSchema,
} from 'graphql';
import { buildSchema, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import { TRADE_COMMANDS } from '../../schema/trade/index.js';
import type { RequestContext } from '../context.js';
import { RESOLVERS } from '../modules/index.js';
import { mutationResolver } from '../mutations/mutations.js';
import { OfflineResolver } from '../offline/resolver.js';
import { GridbookError } from '../../schema/errors.js';

let built: Promise<GraphQLSchema> | undefined;

/** Builds the schema once. A root field without an authorisation rule stops the program here (A1). */
export function gridbookSchema(): Promise<GraphQLSchema> {
  built ??= build();
  return built;
}

async function build(): Promise<GraphQLSchema> {
  const resolvers = [
    ...RESOLVERS,
    mutationResolver(TRADE_COMMANDS),
    OfflineResolver,
  ] as unknown as NonEmptyArray<() => void>;
  const schema = await buildSchema({
    resolvers,
    validate: false,
    authChecker: ({ context }: { context: RequestContext }) => {
      if (context.viewer) return true;
      throw new GridbookError('UNAUTHENTICATED');
    },
  });
  assertAuthorised();
  assertDescribed(schema);
  return schema;
}

/** Every query and mutation has a rule. */
function assertAuthorised(): void {
  const { queries, mutations, authorizedFields } = getMetadataStorage();
  for (const field of [...queries, ...mutations]) {
    const hasRule = authorizedFields.some(
      (a) => a.target === field.target && a.fieldName === field.methodName,
    );
    if (!hasRule) throw new Error(`the root field ${field.schemaName} has no authorisation rule`);
  }
}

/** Every type and field says what it is. */
function assertDescribed(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) continue;
    const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
    if (!isRoot && !type.description) throw new Error(`the type ${type.name} has no description`);
    for (const field of Object.values(type.getFields())) {
      if (!field.description) throw new Error(`the field ${type.name}.${field.name} has no description`);
    }
  }
}

/** The published text of the schema. */
export const printedSchema = (schema: GraphQLSchema): string =>
  `${printSchema(lexicographicSortSchema(schema))}\n`;
