/** A real PostgreSQL server for tests, in a temporary folder, as a user without rights (it refuses to run as root). */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = '/usr/lib/postgresql';

/** Folder of the newest server's programs, or undefined where none is installed. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(ROOT)) return undefined;
  const versions = readdirSync(ROOT).sort((a, b) => Number(b) - Number(a));
  return versions.map((v) => join(ROOT, v, 'bin')).find((bin) => existsSync(join(bin, 'postgres')));
}

/** Says in one line why tests are skipped. */
export function sayWithoutPostgres(): void {
  if (!postgresPrograms()) process.stderr.write('skipped: no PostgreSQL server is installed\n');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** User and group to run as: `postgres` where we are root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [, , uid, gid] = (/^postgres:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0] ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

export class PostgresServer {
  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<PostgresServer> {
    const bin = postgresPrograms();
    if (!bin) throw new Error('no PostgreSQL server is installed');
    const folder = mkdtempSync(join(tmpdir(), 'gridbook-postgres-'));
    const user = unprivileged();
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    execFileSync(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'gridbook', '--auth=trust', '-E', 'UTF8', '--locale=C'],
      {
        ...user,
        stdio: 'ignore',
        cwd: folder,
      },
    );
    const port = await freePort();
    const server = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'],
      { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await new Promise<void>((resolve, reject) => {
      server.once('exit', () => reject(new Error('the PostgreSQL server did not start')));
      server.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('ready to accept connections')) resolve();
      });
    });
    return new PostgresServer(folder, server, port);
  }

  /** Makes an empty database and answers its address. */
  async database(name: string): Promise<string> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: this.address('postgres') });
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    return this.address(name);
  }

  private address(name: string): string {
    return `postgres://gridbook@127.0.0.1:${this.port}/${name}`;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGINT');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
