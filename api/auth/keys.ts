/** Keys for local use: a signing key in the data folder, with mode 0600. */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { makeFolder } from '../../network/make-folder.js';

/** Marks keys that work on loopback only and never in production. */
export const DEMONSTRATION_KEY = 'gridbook-demonstration';
export const ALGORITHM = 'ES256';

export interface LocalKey {
  readonly keyId: string;
  readonly privateKey: CryptoKey;
  /** The public half, as it stands in a JWKS. */
  readonly publicJwk: JWK;
}

/** The signing key's file does not hold one. */
export class LocalKeyError extends Error {
  constructor(file: string) {
    super(`the signing key in ${file} cannot be read: remove it, and a new one is made at the next start`);
    this.name = 'LocalKeyError';
  }
}

const fileOf = (directory: string): string => join(directory, 'keys', 'signing-key.json');

/** Reads the folder's key, or makes it; two processes that begin at once get the same one. */
export async function localKey(directory: string): Promise<LocalKey> {
  const file = fileOf(directory);
  if (!existsSync(file)) await makeKey(file);
  const jwk = readKey(file);
  const { d: _private, ...publicJwk } = jwk;
  return {
    keyId: DEMONSTRATION_KEY,
    privateKey: await importJWK(jwk, ALGORITHM).then(
      (key) => key as CryptoKey,
      () => {
        throw new LocalKeyError(file);
      },
    ),
    publicJwk: { ...publicJwk, kid: DEMONSTRATION_KEY, alg: ALGORITHM, use: 'sig' },
  };
}

function readKey(file: string): JWK {
  try {
    const jwk = JSON.parse(readFileSync(file, 'utf8')) as JWK | null;
    if (jwk?.kty === 'EC' && typeof jwk.d === 'string') return jwk;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new LocalKeyError(file);
}

/** The file appears whole under its name or not at all. */
async function makeKey(file: string): Promise<void> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  makeFolder(dirname(file), 0o700);
  const draft = `${file}.${randomUUID()}`;
  writePrivate(draft, JSON.stringify(await exportJWK(privateKey)));
  try {
    linkSync(draft, file);
  } catch (error) {
    // Another process was first: its key is the folder's.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}

/** Writes a file that only its owner may read, whatever stood there before. */
export function writePrivate(file: string, content: string): void {
  const fd = openSync(file, 'w', 0o600);
  try {
    fchmodSync(fd, 0o600);
    writeSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
