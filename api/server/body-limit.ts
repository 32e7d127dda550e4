/**
 * How large a request's body may be. Transactions that an organisation signs itself come and go whole, and are larger
 * than any other request; only for such an organisation's token so much is read.
 */
import { Transform } from 'node:stream';
import type { preParsingAsyncHookHandler } from 'fastify';
import { LIMITS } from '../../schema/limits.js';
import type { Ledger } from '../../network/ledger.js';
import type { TokenVerifier } from '../auth/verify.js';

export interface BodyLimit {
  readonly bodyLimit: number;
  readonly preParsing?: preParsingAsyncHookHandler;
}

export function bodyLimitOf({ offline }: Pick<Ledger, 'offline'>, verifier: TokenVerifier): BodyLimit {
  if (!offline) return { bodyLimit: LIMITS.requestBytes };
  const signsItself = async (authorization: string | undefined): Promise<boolean> => {
    if (authorization === undefined) return false;
    const viewer = await verifier.viewerOf(authorization).catch(() => undefined);
    return viewer !== undefined && offline.organisations.has(viewer.organisation);
  };
  return {
    bodyLimit: LIMITS.offlineRequestBytes,
    preParsing: async ({ headers }, _reply, payload) => {
      const told = headers['content-length'];
      if (Number(told) <= LIMITS.requestBytes) return payload;
      if (await signsItself(headers.authorization)) return payload;
      if (told !== undefined) throw new TooLargeError();
      // One that comes in pieces does not say how many.
      return payload.pipe(limited(LIMITS.requestBytes));
    },
  };
}

class TooLargeError extends Error {
  readonly statusCode = 413;
}

function limited(most: number): Transform {
  let size = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length;
      if (size > most) done(new TooLargeError());
      else done(null, chunk);
    },
  });
}
