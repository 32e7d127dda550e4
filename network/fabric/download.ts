/** Fetches an archive over HTTPS: redirects, size and silence are bounded, and a part is never taken for the whole. */
import { createWriteStream } from 'node:fs';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { DownloadError } from './errors.js';
import { MOST_ARCHIVE_BYTES } from './release.js';

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Is told how much there is, and how much of it is here, in bytes; the server need not tell how much there is. */
  readonly progress: (done: number, total: number | undefined) => void;
}

const MOST_REDIRECTS = 5;
/** A server that sends nothing for so long has gone. */
const SILENCE_MS = 60_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Programs come over HTTPS; plain HTTP is for a mirror on this machine. */
export function isAllowedAddress({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  return protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Saves what an address has as a file that is not there yet. */
export async function download(address: URL, target: string, options: DownloadOptions): Promise<void> {
  let url = address;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await ask(url, options.signal);
    const { statusCode = 0, headers } = response;
    if (REDIRECTS.has(statusCode) && headers.location !== undefined) {
      response.destroy();
      url = redirected(url, headers.location);
    } else if (statusCode === 200) {
      await save(response, url, target, options);
      return;
    } else {
      response.destroy();
      const meaning = statusCode === 404 ? ': there is no such archive' : '';
      throw new DownloadError(`${shown(url)} answers ${statusCode}${meaning}`);
    }
  }
  throw new DownloadError(`${shown(address)} redirects more than ${MOST_REDIRECTS} times`);
}

/** An address as people are shown it: without a password, and without the signatures that a query may hold. */
const shown = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw new DownloadError(`${shown(from)} redirects to no address`);
  const to = new URL(location, from);
  if (!isAllowedAddress(to) || (from.protocol === 'https:' && to.protocol !== 'https:')) {
    throw new DownloadError(`${shown(from)} redirects to ${shown(to)}, which is not https`);
  }
  return to;
}

function ask(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    const sent = get(url, { signal, timeout: SILENCE_MS, headers: { 'user-agent': 'gridbook' } }, resolve);
    sent.on('timeout', () => sent.destroy(new Error(`no byte came for ${SILENCE_MS / 1000} s`)));
    sent.on('error', (cause: NodeJS.ErrnoException) =>
      reject(
        signal.aborted || cause.code !== undefined
          ? cause
          : new DownloadError(`${shown(url)} cannot be read: ${cause.message}`, { cause }),
      ),
    );
  });
}

async function save(
  response: IncomingMessage,
  url: URL,
  target: string,
  { signal, progress }: DownloadOptions,
): Promise<void> {
  const length = response.headers['content-length'];
  const total = length === undefined ? undefined : Number(length);
  if ((total ?? 0) > MOST_ARCHIVE_BYTES) {
    response.destroy();
    throw tooLarge(url);
  }
  let done = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    progress(0, total);
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        done += chunk.length;
        if (done > MOST_ARCHIVE_BYTES) throw tooLarge(url);
        progress(done, total);
        yield chunk;
      }
    } catch (cause) {
      if (signal.aborted || cause instanceof DownloadError) throw cause;
      const of = total === undefined ? '' : ` of ${total}`;
      throw new DownloadError(`the download from ${shown(url)} ended after ${done}${of} bytes; try again`, {
        cause,
      });
    }
  }
  const file = createWriteStream(target, { flags: 'wx', mode: 0o600 });
  const closed = new Promise<void>((resolve) => file.once('close', () => resolve()));
  await pipeline(counted, file, { signal }).finally(() => closed);
}

const tooLarge = (url: URL): DownloadError =>
  new DownloadError(
    `what ${shown(url)} has is larger than ${MOST_ARCHIVE_BYTES} bytes: it is not Fabric's release`,
  );
