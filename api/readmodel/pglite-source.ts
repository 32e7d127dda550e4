/** PGlite behind the session port: PostgreSQL in this process, in a folder or in memory. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { makeFolder } from '../../network/make-folder.js';
import { ReadModelUnreadableError } from './errors.js';
import { parameterText, type Session, type SessionSource, type StatementResult } from './session.js';
import { decodeAnswer, encodeCopyIn, encodeStatement } from './wire.js';

class PgliteSession implements Session {
  constructor(private readonly pglite: PGlite) {}

  async run(sql: string, parameters: readonly unknown[] = []): Promise<StatementResult> {
    return this.exchange(encodeStatement(sql, parameters.map(parameterText)));
  }

  async copyIn(sql: string, data: Uint8Array): Promise<number> {
    return (await this.exchange(encodeCopyIn(sql, data))).affected;
  }

  private async exchange(request: Uint8Array): Promise<StatementResult> {
    const chunks: Uint8Array[] = [];
    // The bytes lie in the memory of the WebAssembly module until the next call, so they are copied.
    const onRawData = (bytes: Uint8Array): void => {
      chunks.push(bytes.slice());
    };
    await this.pglite.execProtocolRawStream(request, { onRawData, syncToFs: false });
    return decodeAnswer(chunks);
  }
}

export class PgliteSource implements SessionSource {
  private readonly session: PgliteSession;
  private readonly waiting: (() => void)[] = [];
  private held = false;
  private closed = false;

  private constructor(private readonly pglite: PGlite) {
    this.session = new PgliteSession(pglite);
  }

  /** Opens a folder, creating it where it is absent; without a folder the data is in memory. */
  static async open(directory?: string): Promise<PgliteSource> {
    if (directory === undefined) return new PgliteSource(await PGlite.create());
    if (!existsSync(join(directory, 'PG_VERSION'))) await initialise(directory);
    try {
      return new PgliteSource(await PGlite.create(directory));
    } catch (error) {
      throw new ReadModelUnreadableError(directory, { cause: error });
    }
  }

  /** Whoever comes first is served first: a long catch-up lets waiting reads in between its transactions. */
  async acquire(): Promise<Session> {
    if (this.closed) throw new Error('the database is closed');
    if (this.held) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.held = true;
    return this.session;
  }

  release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.held = false;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    const session = await this.acquire();
    this.closed = true;
    void session;
    await this.pglite.close();
    this.release();
  }
}

/**
 * Makes a new database beside its place and moves it there whole: a process that is killed meanwhile leaves nothing
 * half made, and what initialising needed in memory is free again.
 */
async function initialise(directory: string): Promise<void> {
  const draft = `${directory}.new`;
  makeFolder(dirname(directory));
  await rm(draft, { recursive: true, force: true });
  const pglite = await PGlite.create(draft);
  await pglite.close();
  await rm(directory, { recursive: true, force: true });
  await rename(draft, directory);
}
