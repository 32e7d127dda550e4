/** Takes Fabric's programs out of a release archive; nothing else of it reaches the disk, and no name of its own does. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { ArchiveError } from './errors.js';
import { PROGRAM_NAMES, type ProgramName } from './programs.js';
import {
  HEAD_BYTES,
  MOST_PROGRAM_BYTES,
  MOST_UNPACKED_BYTES,
  platformOfProgram,
  type Platform,
} from './release.js';

/** Unpacks the programs of an archive into an existing folder; refused where they are not of the platform. */
export async function unpackPrograms(
  archive: string,
  folder: string,
  platform: Platform,
  signal: AbortSignal,
): Promise<void> {
  const programs = new ProgramSink(folder);
  try {
    const gunzip = createGunzip({ chunkSize: 256 * 1024 });
    await pipeline(createReadStream(archive), gunzip, atMost(MOST_UNPACKED_BYTES), programs, { signal });
  } catch (error) {
    // The folder is removed next: nobody writes to it any more.
    await programs.settled();
    throw signal.aborted ? error : faultOf(error);
  }
  const missing = PROGRAM_NAMES.filter((name) => !programs.found.has(name));
  if (missing.length > 0) {
    throw new ArchiveError(`the archive has no bin/${missing[0]}: it is not Fabric's release`);
  }
  for (const name of PROGRAM_NAMES) await requirePlatform(join(folder, name), name, platform);
}

/** Reads a tar stream and writes those of its files that are programs. */
class ProgramSink extends Writable {
  readonly found = new Set<ProgramName>();
  private readonly parser = new Parser({ strict: true });
  private readonly writes: Promise<void>[] = [];
  private readonly ending = new AbortController();

  constructor(private readonly folder: string) {
    super();
    this.parser.on('entry', (entry: ReadEntry) => {
      const write = this.take(entry);
      this.writes.push(write);
      write.catch((error: Error) => this.destroy(error));
    });
    this.parser.on('error', (error: Error) => this.destroy(error));
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.parser.write(chunk)) done();
    else this.parser.once('drain', done);
  }

  override _final(done: (error?: Error) => void): void {
    this.parser.once('end', () => {
      Promise.all(this.writes).then(() => done(), done);
    });
    this.parser.end();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.ending.abort();
    done(error);
  }

  /** When no file is being written any more, whatever became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.writes);
  }

  private async take(entry: ReadEntry): Promise<void> {
    const path = entry.path.replace(/^\.\//, '');
    const name = PROGRAM_NAMES.find((program) => path === `bin/${program}`);
    if (name === undefined) {
      entry.resume();
      return;
    }
    if (entry.type !== 'File') throw new ArchiveError(`${path} in the archive is no plain file`);
    if (this.found.has(name)) throw new ArchiveError(`the archive has ${path} twice`);
    if (entry.size > MOST_PROGRAM_BYTES) throw new ArchiveError(`${path} in the archive is too large`);
    this.found.add(name);
    const file = createWriteStream(join(this.folder, name), { flags: 'wx', mode: 0o755 });
    const closed = new Promise<void>((resolve) => file.once('close', () => resolve()));
    await pipeline(entry, file, { signal: this.ending.signal }).finally(() => closed);
  }
}

/** A small archive can unpack to any size. */
function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      seen += chunk.length;
      if (seen <= bytes) done(null, chunk);
      else
        done(new ArchiveError(`the archive unpacks to more than ${bytes} bytes: it is not Fabric's release`));
    },
  });
}

/** What an archive's readers say, in words. */
function faultOf(cause: unknown): unknown {
  const { code } = cause as { code?: string };
  if (code === 'Z_BUF_ERROR')
    return new ArchiveError('the archive ends too early: it was cut short', { cause });
  if (code !== undefined && /^(Z|TAR)_/.test(code)) {
    return new ArchiveError('the archive is damaged, or is no .tar.gz', { cause });
  }
  return cause;
}

async function requirePlatform(path: string, name: ProgramName, platform: Platform): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const built = platformOfProgram(buffer.subarray(0, bytesRead));
    if (built === platform) return;
    throw new ArchiveError(
      `bin/${name} in the archive is ${built === undefined ? 'no program' : `for ${built}`}; this machine is ${platform}`,
    );
  } finally {
    await file.close();
  }
}
