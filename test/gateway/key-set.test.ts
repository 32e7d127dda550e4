/** Whose tokens are accepted: keys from a file or an address, demonstration keys at home only. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { issueToken } from '../../api/auth/issue.js';
import { localKey } from '../../api/auth/keys.js';
import { TokenVerifier, type VerifierOptions } from '../../api/auth/verify.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridbook-jwks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PRODUCTION = { isProduction: true, isLoopback: false };
const HOME = { isProduction: false, isLoopback: true };
const CLAIMS = { org: 'Brightwater', role: 'HOST' };
const VIEWER = { subject: 'someone', organisation: 'Brightwater', role: 'HOST' } as const;

interface Signer {
  readonly jwk: JWK;
  sign(claims?: object): Promise<string>;
}

async function signer(alg: string, kid: string, crv?: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, crv === undefined ? {} : { crv });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg },
    sign: (claims = CLAIMS) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg, kid })
        .setSubject('someone')
        .setIssuer('https://login.example')
        .setAudience('api')
        .setExpirationTime('1m')
        .sign(privateKey),
  };
}

const fileOf = (content: unknown): string => {
  const file = join(folder, 'jwks.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};
const open = (jwks: string, options: Partial<VerifierOptions> = PRODUCTION): Promise<TokenVerifier> =>
  TokenVerifier.open({ ...PRODUCTION, issuer: 'https://login.example', audience: 'api', jwks, ...options });

describe('keys from a file', () => {
  test.each([
    ['ES256', undefined],
    ['EdDSA', 'Ed25519'],
  ])('sign tokens by %s', async (alg, crv) => {
    const { jwk, sign } = await signer(alg, 'k1', crv);
    const verifier = await open(fileOf({ keys: [jwk] }));
    expect(await verifier.viewerOf(`Bearer ${await sign()}`)).toEqual(VIEWER);
  });

  test('sign by no other algorithm, even where the set holds such a key', async () => {
    for (const alg of ['RS256', 'ES384', 'PS256']) {
      const { jwk, sign } = await signer(alg, 'k1');
      const verifier = await open(fileOf({ keys: [jwk] }));
      await expect(verifier.viewerOf(`Bearer ${await sign()}`)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
  });

  test('of another set sign nothing here', async () => {
    const [ours, theirs] = [await signer('ES256', 'k1'), await signer('ES256', 'k1')];
    const verifier = await open(fileOf({ keys: [ours.jwk] }));
    await expect(verifier.viewerOf(`Bearer ${await theirs.sign()}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test.each<[string, object]>([
    ['an organisation that is none', { ...CLAIMS, org: 'a b' }],
    ['no organisation', { role: 'HOST' }],
    ['a role that is none', { ...CLAIMS, role: 'ADMIN' }],
    ['a role of the prototype', { ...CLAIMS, role: 'constructor' }],
    [
      'participant 0, which is the host itself',
      { ...CLAIMS, role: 'PARTICIPANT', lane: 'Brightwater', participant: 0 },
    ],
    ['half a participant', { ...CLAIMS, role: 'PARTICIPANT', lane: 'Brightwater', participant: 1.5 }],
    ['a participant as text', { ...CLAIMS, role: 'PARTICIPANT', lane: 'Brightwater', participant: '1' }],
    ['a participant of another lane', { ...CLAIMS, role: 'PARTICIPANT', lane: 'Elsewhere', participant: 1 }],
  ])('do not make a viewer of %s', async (_, claims) => {
    const { jwk, sign } = await signer('ES256', 'k1');
    const verifier = await open(fileOf({ keys: [jwk] }));
    await expect(verifier.viewerOf(`Bearer ${await sign(claims)}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test.each([
    ['{', 'is not JSON'],
    ['{}', 'holds no keys'],
    ['null', 'holds no keys'],
    ['{"keys":[]}', 'holds no keys'],
    ['{"keys":[null]}', 'holds no keys'],
    ['{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}', 'holds a secret key'],
  ])('%s is refused before the start', async (content, why) => {
    await expect(open(fileOf(content))).rejects.toThrow(why);
  });

  test('that is not there, or from an address in the clear, are refused before the start', async () => {
    await expect(open(join(folder, 'absent.json'))).rejects.toThrow('cannot be read');
    for (const jwks of ['http://login.example/jwks', 'ftp://login.example/jwks', 'https://']) {
      await expect(open(jwks)).rejects.toThrow('https://');
    }
  });
});

describe('keys from an address', () => {
  let server: Server;
  let answer: { status: number; body: string };
  let url: string;
  beforeEach(async () => {
    server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('sign tokens; a key that is not among them does not', async () => {
    const [ours, other] = [await signer('ES256', 'k1'), await signer('ES256', 'k2')];
    answer = { status: 200, body: JSON.stringify({ keys: [ours.jwk] }) };
    const verifier = await open(url);
    expect(await verifier.viewerOf(`Bearer ${await ours.sign()}`)).toEqual(VIEWER);
    await expect(verifier.viewerOf(`Bearer ${await other.sign()}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test.each([
    [500, ''],
    [200, 'no JSON'],
  ])('that answers %d “%s” is our fault and not the token’s', async (status, body) => {
    const { sign } = await signer('ES256', 'k1');
    answer = { status, body };
    await expect((await open(url)).viewerOf(`Bearer ${await sign()}`)).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });
});

describe('demonstration keys', () => {
  test('are accepted at home, and nowhere else, also from a set that someone else gives', async () => {
    const key = await localKey(folder);
    const token = await issueToken(key, VIEWER, { lifetimeSeconds: 60 });
    const jwks = fileOf({ keys: [key.publicJwk] });
    const local = { issuer: undefined, audience: undefined };
    const viewer = await (await open(jwks, { ...HOME, ...local })).viewerOf(`Bearer ${token}`);
    expect(viewer).toEqual(VIEWER);
    for (const place of [
      PRODUCTION,
      { isProduction: true, isLoopback: true },
      { isProduction: false, isLoopback: false },
    ]) {
      const verifier = await open(jwks, { ...place, ...local });
      await expect(verifier.viewerOf(`Bearer ${token}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  test('of a folder are one, for its owner alone, however many processes begin at once', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => localKey(folder)));
    expect(new Set(keys.map(({ publicJwk }) => publicJwk.x)).size).toBe(1);
    expect(readdirSync(join(folder, 'keys'))).toEqual(['signing-key.json']);
    expect(statSync(join(folder, 'keys', 'signing-key.json')).mode & 0o777).toBe(0o600);
    expect((await localKey(folder)).publicJwk.x).toBe(keys[0].publicJwk.x);
  });

  test.each(['', '{', 'null', '{"kty":"EC"}', '{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}'])(
    'in a damaged file (%s) are told of by its name',
    async (content) => {
      await localKey(folder);
      const file = join(folder, 'keys', 'signing-key.json');
      writeFileSync(file, content);
      await expect(localKey(folder)).rejects.toThrow(file);
    },
  );
});
