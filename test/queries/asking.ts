/** Queries over the built schema, without a server around it. */
import { graphql, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Viewer } from '../../api/auth/viewer.js';
import type { RequestContext } from '../../api/context.js';
import { Loaders } from '../../api/loaders.js';
import { decodeNodeId } from '../../api/node-id.js';
import { Database } from '../../api/readmodel/database.js';
import { gridbookSchema } from '../../api/schema/build.js';
import type { Role } from '../../schema/command.js';

export const viewer = (role: Role, organisation: string, participant?: number): Viewer => ({
  subject: `${organisation}-${role}`,
  organisation,
  role,
  ...(participant === undefined ? {} : { participant: { lane: organisation, number: participant } }),
});

/** Height that the ledger of these tests reports. */
export const LEDGER_HEIGHT = 12;

export class Asking {
  private constructor(
    readonly database: Database,
    private readonly schema: GraphQLSchema,
  ) {}

  /** Over a database, which it closes; without one over an empty one. */
  static async open(database?: Database): Promise<Asking> {
    return new Asking(database ?? (await Database.open()), await gridbookSchema());
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** What a query answers, errors and all. */
  async answer(as: Viewer | undefined, source: string, variableValues = {}): Promise<ExecutionResult> {
    const context = {
      viewer: as,
      requestId: 'test',
      database: this.database,
      loaders: new Loaders(this.database, as),
      ledger: { engine: 'embedded', height: () => LEDGER_HEIGHT },
      projector: { failure: undefined, height: () => 0 },
    } as unknown as RequestContext;
    return graphql({ schema: this.schema, source, variableValues, contextValue: context });
  }

  /** Data of a query that must succeed. */
  async data<T>(as: Viewer, source: string, variables = {}): Promise<T> {
    const { data, errors } = await this.answer(as, source, variables);
    if (errors) throw errors[0].originalError ?? errors[0];
    // Objects without a prototype do not equal literals.
    return JSON.parse(JSON.stringify(data)) as T;
  }

  /** Codes of the errors of a query that must fail. */
  async codes(as: Viewer, source: string, variables = {}): Promise<unknown[]> {
    const { errors } = await this.answer(as, source, variables);
    return (errors ?? []).map((error) => error.extensions.code);
  }

  /** Statements that a query sends. */
  async statements(as: Viewer, source: string, variables = {}): Promise<string[]> {
    const sent: string[] = [];
    this.database.onStatement((sql) => sent.push(sql));
    try {
      await this.data(as, source, variables);
    } finally {
      this.database.onStatement(undefined);
    }
    return sent;
  }
}

export interface PageOf<T> {
  edges: { cursor: string; node: T }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
}

/** A node id in words: lane and numbers. */
export function inWords(id: string): string {
  const found = decodeNodeId(id);
  if (!found) throw new Error('this is no node id');
  return [found.lane, ...found.parts].join('/');
}
