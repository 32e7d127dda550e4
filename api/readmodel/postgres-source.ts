/** A PostgreSQL server behind the session port. */
import pg from 'pg';
import {
  parameterText,
  parserOf,
  type Session,
  type SessionSource,
  type StatementResult,
} from './session.js';

/** The part of `pg`'s connection that feeds a COPY. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
}

/** A COPY as `pg` runs queries: it is told each message that the server sends. */
class CopyIn {
  private failure: Error | undefined;

  constructor(
    private readonly sql: string,
    private readonly data: Uint8Array,
    private readonly done: (error: Error | undefined, rows: number) => void,
    private rows = 0,
  ) {}

  submit(connection: CopyConnection): void {
    connection.query(this.sql);
  }
  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.data);
    connection.endCopyFrom();
  }
  handleCommandComplete(message: { text: string }): void {
    this.rows = Number(message.text.split(' ').at(-1));
  }
  handleError(error: Error): void {
    this.failure = error;
    // A connection that is gone sends no ReadyForQuery; a second call is ignored.
    if (!('severity' in error)) this.done(error, 0);
  }
  handleReadyForQuery(): void {
    this.done(this.failure, this.rows);
  }
}

class PostgresSession implements Session {
  constructor(readonly client: pg.PoolClient) {}

  async run(sql: string, parameters: readonly unknown[] = []): Promise<StatementResult> {
    const result = await this.client.query<Record<string, unknown>>({
      text: sql,
      values: parameters.map(parameterText),
      types: { getTypeParser: ((type: number) => parserOf(type)) as typeof pg.types.getTypeParser },
    });
    return { rows: result.rows, command: result.command, affected: result.rowCount ?? 0 };
  }

  copyIn(sql: string, data: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | undefined, rows: number): void => (error ? reject(error) : resolve(rows));
      this.client.query(new CopyIn(sql, data, done) as unknown as pg.Submittable);
    });
  }
}

export class PostgresSource implements SessionSource {
  private readonly pool: pg.Pool;
  private readonly sessions = new WeakMap<pg.PoolClient, PostgresSession>();

  /** Statements that take longer than `statementMs` are ended by the server. */
  constructor(url: string, statementMs?: number, connections = 10) {
    this.pool = new pg.Pool({
      ...{ connectionString: url, max: connections, application_name: 'gridbook' },
      ...(statementMs === undefined ? {} : { statement_timeout: statementMs }),
    });
    // A connection that breaks while idle is replaced at the next use.
    this.pool.on('error', () => undefined);
  }

  async acquire(): Promise<Session> {
    const client = await this.pool.connect();
    let session = this.sessions.get(client);
    if (!session) this.sessions.set(client, (session = new PostgresSession(client)));
    return session;
  }

  release(session: Session, broken: boolean): void {
    (session as PostgresSession).client.release(broken);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
