/** Keys for local use: a signing key in the data folder, with mode 0600. */
import { closeSync, existsSync, fchmodSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';

/** Marks keys that work on loopback only and never in production. */
export const DEMONSTRATION_KEY = 'gridbook-demonstration';
export const ALGORITHM = 'ES256';

export interface LocalKey {
  readonly keyId: string;
  readonly privateKey: CryptoKey;
  /** The public half, as it stands in a JWKS. */
  readonly publicJwk: JWK;
}

const fileOf = (directory: string): string => join(directory, 'keys', 'signing-key.json');

/** Reads the folder's key, or makes it. */
export async function localKey(directory: string): Promise<LocalKey> {
  const file = fileOf(directory);
  if (!existsSync(file)) await makeKey(directory, file);
  const jwk = JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { d: _private, ...publicJwk } = jwk;
  return {
    keyId: DEMONSTRATION_KEY,
    privateKey: (await importJWK(jwk, ALGORITHM)) as CryptoKey,
    publicJwk: { ...publicJwk, kid: DEMONSTRATION_KEY, alg: ALGORITHM, use: 'sig' },
  };
}

async function makeKey(directory: string, file: string): Promise<void> {
  mkdirSync(join(directory, 'keys'), { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  writePrivate(file, JSON.stringify(await exportJWK(privateKey)));
}

/** Writes a file that only its owner may read, whatever stood there before. */
export function writePrivate(file: string, content: string): void {
  const fd = openSync(file, 'w', 0o600);
  try {
    fchmodSync(fd, 0o600);
    writeSync(fd, content);
  } finally {
    closeSync(fd);
  }
}
