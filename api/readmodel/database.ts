/**
 * The read model's database: one typed query layer over PGlite (in this process) or a PostgreSQL server. Both speak
 * the same dialect and give the same values: int8 and numeric as text, never a float.
 */
import {
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { migrate } from './migrations/index.js';
import { PgliteSource } from './pglite-source.js';
import { PostgresSource } from './postgres-source.js';
import type { Session, SessionSource, StatementResult } from './session.js';
import type { Tables } from './tables.js';

export interface DatabaseOptions {
  /** Address of a PostgreSQL server; goes before `directory`. */
  readonly databaseUrl?: string;
  /** Folder of the embedded database; without one it is in memory. */
  readonly directory?: string;
  /** How long a server lets a statement of a reader run, in ms; without end where it is absent. */
  readonly statementMs?: number;
  /** Is told each statement that is sent, for tests that count them. */
  readonly onStatement?: (sql: string) => void;
}

export class Database {
  /** Typed queries. */
  readonly db: Kysely<Tables>;
  /** Which of the two it is. */
  readonly kind: 'pglite' | 'postgres';
  private count = 0;
  private listener: ((sql: string) => void) | undefined;

  private constructor(
    private readonly source: SessionSource,
    private readonly options: DatabaseOptions,
  ) {
    this.kind = options.databaseUrl === undefined ? 'pglite' : 'postgres';
    this.listener = options.onStatement;
    this.db = new Kysely<Tables>({ dialect: new SessionDialect(this.counted(source)) });
  }

  /** Opens the database and brings its schema up to date. */
  static async open(options: DatabaseOptions = {}): Promise<Database> {
    const database = await Database.connect(options);
    try {
      await migrate(database);
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }

  /** Opens the database as it is. */
  static async connect(options: DatabaseOptions = {}): Promise<Database> {
    const source =
      options.databaseUrl === undefined
        ? await PgliteSource.open(options.directory)
        : new PostgresSource(options.databaseUrl, options.statementMs);
    return new Database(source, options);
  }

  /** Statements sent so far. */
  get statements(): number {
    return this.count;
  }

  /** Is told each statement from now on; undefined ends it. */
  onStatement(listener: ((sql: string) => void) | undefined): void {
    this.listener = listener;
  }

  /** Runs several statements as one transaction, which may take as long as it takes; what throws undoes it. */
  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const source = this.counted(this.source);
    const session = await source.acquire();
    let broken = true;
    try {
      await session.run('begin');
      try {
        if (this.isTimed) await session.run('set local statement_timeout = 0');
        const result = await work(session);
        await session.run('commit');
        broken = false;
        return result;
      } catch (error) {
        await session.run('rollback');
        broken = false;
        throw error;
      }
    } finally {
      source.release(session, broken);
    }
  }

  /** Whether statements end when their time is over: a server ends them, the embedded database cannot. */
  private get isTimed(): boolean {
    return this.kind === 'postgres' && this.options.statementMs !== undefined;
  }

  /** Waits for what is running, then releases files and connections. */
  async close(): Promise<void> {
    await this.db.destroy();
    await this.source.close();
  }

  private counted(source: SessionSource): SessionSource {
    const tell = (sql: string): void => {
      this.count++;
      this.listener?.(sql);
    };
    return {
      acquire: async () => new CountedSession(await source.acquire(), tell),
      release: (session, broken) => source.release((session as CountedSession).inner, broken),
      close: () => source.close(),
    };
  }
}

class CountedSession implements Session {
  constructor(
    readonly inner: Session,
    private readonly tell: (sql: string) => void,
  ) {}

  run(sql: string, parameters?: readonly unknown[]): Promise<StatementResult> {
    this.tell(sql);
    return this.inner.run(sql, parameters);
  }
  copyIn(sql: string, data: Uint8Array): Promise<number> {
    this.tell(sql);
    return this.inner.copyIn(sql, data);
  }
}

class SessionDialect implements Dialect {
  constructor(private readonly source: SessionSource) {}
  createAdapter(): PostgresAdapter {
    return new PostgresAdapter();
  }
  createDriver(): Driver {
    return new SessionDriver(this.source);
  }
  createIntrospector(db: Parameters<Dialect['createIntrospector']>[0]): PostgresIntrospector {
    return new PostgresIntrospector(db);
  }
  createQueryCompiler(): PostgresQueryCompiler {
    return new PostgresQueryCompiler();
  }
}

class SessionConnection implements DatabaseConnection {
  broken = false;
  constructor(readonly session: Session) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, command, affected } = await this.session.run(query.sql, query.parameters);
    const changes =
      command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
    return { rows: rows as R[], ...(changes ? { numAffectedRows: BigInt(affected) } : {}) };
  }
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('read in pages instead of streaming');
  }
}

class SessionDriver implements Driver {
  constructor(private readonly source: SessionSource) {}
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return new SessionConnection(await this.source.acquire());
  }
  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings;
    const level = isolationLevel ? ` isolation level ${isolationLevel}` : '';
    await (connection as SessionConnection).session.run(`begin${level}${accessMode ? ` ${accessMode}` : ''}`);
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { command } = await (connection as SessionConnection).session.run('commit');
    // A transaction in which a statement failed cannot commit; the server says so by its answer.
    if (command === 'ROLLBACK')
      throw new Error('the transaction was rolled back, as a statement in it had failed');
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const held = connection as SessionConnection;
    held.broken = true;
    await held.session.run('rollback');
    held.broken = false;
  }
  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const held = connection as SessionConnection;
    this.source.release(held.session, held.broken);
  }
  async destroy(): Promise<void> {}
}
