/** The keys that tokens are checked by: a JWKS from a file or an address. */
import { readFile } from 'node:fs/promises';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { GridbookError } from '../../schema/errors.js';

/** The JWKS that was named cannot be used; said before the gateway starts. */
export class KeySetError extends Error {
  constructor(reason: string) {
    super(`the JWKS ${reason}`);
    this.name = 'KeySetError';
  }
}

/** Reads a JWKS file, or prepares to fetch one when a token first wants it. */
export async function keySetOf(jwks: string): Promise<JWTVerifyGetKey> {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(jwks)) return keysOfFile(jwks);
  const url = URL.canParse(jwks) ? new URL(jwks) : undefined;
  // Whoever can change the keys on their way can make any token; on one's own machine nobody is in between.
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!url || !isSafe) throw new KeySetError('must be a file or an https:// address');
  return remote(createRemoteJWKSet(url));
}

const isLoopback = (host: string): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(host);

async function keysOfFile(file: string): Promise<JWTVerifyGetKey> {
  let set: JSONWebKeySet;
  try {
    set = JSON.parse(await readFile(file, 'utf8')) as JSONWebKeySet;
  } catch (error) {
    throw new KeySetError(
      error instanceof SyntaxError ? `in ${file} is not JSON` : `in ${file} cannot be read`,
    );
  }
  const isSet = Array.isArray(set?.keys) && set.keys.every((key) => typeof key === 'object' && key !== null);
  if (!isSet || set.keys.length === 0) throw new KeySetError(`in ${file} holds no keys`);
  // A file that is handed round with the private halves in it lets anybody sign.
  if (set.keys.some((key) => 'd' in key || 'k' in key))
    throw new KeySetError(`in ${file} holds a secret key`);
  return createLocalJWKSet(set);
}

/** Keys that cannot be fetched are our fault and not the token's: whoever holds it may come again. */
function remote(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const isToken =
        error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
      throw isToken ? error : new GridbookError('INTERNAL', 'the JWKS cannot be fetched', { cause: error });
    }
  };
}
