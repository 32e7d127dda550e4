/** What reaches the gateway, and what it answers to what is wrong with it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash, createHmac } from 'node:crypto';
import { issueToken } from '../../api/auth/issue.js';
import { TokenVerifier } from '../../api/auth/verify.js';
import { localKey } from '../../api/auth/keys.js';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayFixture, type Answer } from './fixture.js';

let at: GatewayFixture;
let host: string;
beforeAll(async () => {
  at = await GatewayFixture.open();
  host = await at.token('HOST');
});
afterAll(() => at.close());

const VIEWER = '{ viewer { organisation role } }';
const codes = (answer: { errors?: { extensions: { code: string } }[] }): string[] | undefined =>
  answer.errors?.map((e) => e.extensions.code);

describe('tokens', () => {
  test('a valid one tells who asks', async () => {
    expect((await at.ask(host, VIEWER)).data).toEqual({
      viewer: { organisation: 'Brightwater', role: 'HOST' },
    });
  });

  const refused: [string, () => Promise<string | undefined> | string | undefined][] = [
    ['none', () => undefined],
    [
      'an expired one',
      () =>
        issueToken(
          at.key,
          { subject: 's', organisation: 'Brightwater', role: 'HOST' },
          { lifetimeSeconds: 60, nowMs: Date.now() - 3_600_000 },
        ),
    ],
    [
      'one for another audience',
      () =>
        issueToken(
          at.key,
          { subject: 's', organisation: 'Brightwater', role: 'HOST' },
          { lifetimeSeconds: 60, audience: 'other' },
        ),
    ],
    [
      'one of another issuer',
      () =>
        issueToken(
          at.key,
          { subject: 's', organisation: 'Brightwater', role: 'HOST' },
          { lifetimeSeconds: 60, issuer: 'other' },
        ),
    ],
    [
      'one whose claims were changed',
      () => {
        const [head, body, signature] = host.split('.');
        const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
        return [
          head,
          Buffer.from(JSON.stringify({ ...claims, role: 'REGULATOR' })).toString('base64url'),
          signature,
        ].join('.');
      },
    ],
    [
      'one without a signature',
      () => {
        const [, body] = host.split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
      },
    ],
    [
      'one signed with a shared secret made of the public key',
      () => {
        const [, body] = host.split('.');
        const head = Buffer.from('{"alg":"HS256","kid":"gridbook-demonstration"}').toString('base64url');
        const mac = createHmac('sha256', JSON.stringify(at.key.publicJwk))
          .update(`${head}.${body}`)
          .digest('base64url');
        return `${head}.${body}.${mac}`;
      },
    ],
    [
      'a participant’s without its number',
      async () =>
        issueToken(
          at.key,
          { subject: 's', organisation: 'Brightwater', role: 'PARTICIPANT' },
          { lifetimeSeconds: 60 },
        ),
    ],
  ];
  test.each(refused)('%s is refused with 401 and nothing of it comes back', async (_, make) => {
    const token = await make();
    const answer = await at.ask(token, VIEWER);
    expect([answer.status, codes(answer)]).toEqual([401, ['UNAUTHENTICATED']]);
    if (token) expect(answer.text).not.toContain(token.split('.')[1]);
  });

  test('demonstration keys are refused in production and where others can reach them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gridbook-keys-'));
    const key = await localKey(folder);
    expect(statSync(join(folder, 'keys', 'signing-key.json')).mode & 0o777).toBe(0o600);
    await expect(TokenVerifier.open({ localKey: key, isProduction: true, isLoopback: true })).rejects.toThrow(
      'production',
    );
    await expect(
      TokenVerifier.open({ localKey: key, isProduction: false, isLoopback: false }),
    ).rejects.toThrow('loopback');
    rmSync(folder, { recursive: true });
  });
});

describe('requests that are not well-formed', () => {
  test('JSON that is not JSON', async () => {
    const answer = await at.post('{"query": "secret-stuff', { authorization: `Bearer ${host}` });
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_REQUEST']]);
    expect(answer.text).not.toContain('secret-stuff');
  });

  test.each([
    ['a batch', '[{"query":"{ viewer { role } }"}]', 'BAD_REQUEST'],
    ['no query', '{}', 'BAD_REQUEST'],
    ['a document that is not GraphQL', JSON.stringify({ query: '{ viewer {' }), 'GRAPHQL_PARSE_FAILED'],
    [
      'an unknown field',
      JSON.stringify({ query: '{ viewer { secretField } }' }),
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a variable that does not fit',
      JSON.stringify({
        query: 'query($n: Int!) { markets(first: $n) { pageInfo { hasNextPage } } }',
        variables: { n: 'secret-stuff' },
      }),
      'BAD_USER_INPUT',
    ],
    [
      'an amount that is no decimal',
      JSON.stringify({
        query: 'mutation($i: SparkzMintInput!) { sparkzMint(input: $i) { userErrors { code } } }',
        variables: {
          i: {
            unit: at?.id('Unit', 2) ?? 'x',
            to: 'x',
            receiptReference: 'r',
            idempotencyKey: '018f0000-0000-7000-8000-000000000000',
            amountMicros: '1e9',
          },
        },
      }),
      'BAD_USER_INPUT',
    ],
    [
      'introspection',
      JSON.stringify({ query: '{ __schema { types { name } } }' }),
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s', async (_, body, code) => {
    const answer = await at.post(body, { authorization: `Bearer ${host}` });
    expect([answer.status, codes(answer)]).toEqual([400, [code]]);
    expect(answer.text).not.toMatch(/secret|stack|node_modules/);
  });

  test('a body over its limit', async () => {
    const answer = await at.post(JSON.stringify({ query: VIEWER, variables: { x: 'y'.repeat(1_100_000) } }), {
      authorization: `Bearer ${host}`,
    });
    expect([answer.status, codes(answer)]).toEqual([413, ['PAYLOAD_TOO_LARGE']]);
  });

  test('another content type, or a mutation by GET, never runs', async () => {
    const form = await fetch(at.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ query: VIEWER }),
    });
    expect(form.status).toBeGreaterThanOrEqual(400);
    const url = `${at.gateway.url}?query=${encodeURIComponent('mutation { marketOpen(input: {market: "x", idempotencyKey: "018f0000-0000-7000-8000-000000000000"}) { userErrors { code } } }')}`;
    const get = await fetch(url, {
      headers: { authorization: `Bearer ${host}`, 'apollo-require-preflight': '1' },
    });
    expect(get.status).toBe(405);
  });

  test('an unknown address answers in the same form', async () => {
    const response = await fetch(at.gateway.url.replace('/graphql', '/other'));
    expect(response.status).toBe(404);
    expect(
      ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0].extensions.code,
    ).toBe('OPERATION_NOT_FOUND');
  });
});

describe('limits', () => {
  const many = (n: number, make: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => make(i)).join(' ');
  test.each([
    ['aliases', `{ ${many(40, (i) => `a${i}: viewer { role }`)} }`],
    [
      'depth',
      `{ node(id: "x") { ... on Market { network { ${'__typename '} } } } participants(first: 1) { edges { node { ${'connections(first: 1) { edges { node { participant { '.repeat(5)} id ${'} } } } '.repeat(5)} } } } }`,
    ],
    [
      'cost',
      '{ participants(first: 100) { edges { node { connections(first: 100) { edges { node { id meterId } } } } } } }',
    ],
    [
      'cost through variables',
      'query($n: Int!) { participants(first: $n) { edges { node { connections(first: $n) { edges { node { id meterId } } } } } } }',
    ],
    [
      'cost beside an argument whose variable is null',
      'query($x: Int = 5) { a: markets(first: $x) { pageInfo { hasNextPage } } participants(first: 100) { edges { node { connections(first: 100) { edges { node { id meterId } } } } } } }',
      { x: null },
      'BAD_USER_INPUT',
    ],
    [
      'cost behind thousands of cheap selections',
      `{ viewer { ${many(110, () => '...f')} } participants(first: 100) { edges { node { connections(first: 100) { edges { node { id meterId } } } } } } } fragment f on Viewer { ${many(110, () => 'role')} }`,
    ],
    ['repetition', `{ markets(first: 1) { ${many(500, () => 'edges { node { id } }')} } }`],
    [
      'repetition in a fragment that nothing spreads',
      `{ viewer { role } } fragment f on Viewer { ${many(1_500, () => 'role')} }`,
    ],
    ['directives', `{ viewer ${'@include(if: true) '.repeat(40)} { role } }`],
    [
      'fragments that multiply',
      `{ viewer { ...f0 } } ${many(12, (i) => `fragment f${i} on Viewer { ...f${i + 1} ...f${i + 1} ...f${i + 1} }`)} fragment f12 on Viewer { role }`,
    ],
  ] as [string, string, object?, string?][])(
    'too much %s is refused before it runs',
    // Parameters with defaults: for those that a row leaves out, the runner would give a callback and wait for it.
    async (_, query, variables = { n: 100 }, code = 'TOO_COMPLEX') => {
      const before = at.database.statements;
      const answer = await at.ask(host, query, variables);
      expect([answer.status, codes(answer)]).toEqual([400, [code]]);
      expect(at.database.statements).toBe(before);
    },
  );

  test('more than ten mutations in one request are refused', async () => {
    const query = `mutation { ${many(11, (i) => `m${i}: marketOpen(input: {market: "x", idempotencyKey: "018f0000-0000-7000-8000-000000000000"}) { userErrors { code } }`)} }`;
    expect(codes(await at.ask(host, query))).toContain('TOO_COMPLEX');
  });

  test.each([0, 101, -1])('first: %d is refused', async (first) => {
    expect(codes(await at.ask(host, `{ markets(first: ${first}) { pageInfo { hasNextPage } } }`))).toEqual([
      'BAD_USER_INPUT',
    ]);
  });

  test('a cursor that is none is refused', async () => {
    expect(
      codes(await at.ask(host, '{ markets(first: 1, after: "x") { pageInfo { hasNextPage } } }')),
    ).toEqual(['BAD_USER_INPUT']);
  });
});

describe('health and answers', () => {
  test('every answer carries a request id and a cost', async () => {
    const answer = await at.ask(host, VIEWER);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.extensions).toMatchObject({ requestId: answer.headers.get('x-request-id'), cost: 3 });
  });

  test.each<[string, () => Promise<Answer>]>([
    ['no token', () => at.ask(undefined, VIEWER)],
    ['a token that is none', () => at.ask('x.y.z', VIEWER)],
    ['JSON that is not JSON', () => at.post('{')],
    ['no query', () => at.post('{}', { authorization: `Bearer ${host}` })],
    ['a batch', () => at.post('[]', { authorization: `Bearer ${host}` })],
    ['a document that is none', () => at.ask(host, '{')],
    ['a document that is too large', () => at.ask(host, '{ a '.repeat(3_000))],
    ['a body that is too large', () => at.post('x'.repeat(1_100_000))],
    ['a height that is none', () => at.ask(host, VIEWER, {}, { 'gridbook-min-height': 'x' })],
  ])('so does one to %s', async (_, ask) => {
    const answer = await ask();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.errors).toHaveLength(1);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.extensions).toMatchObject({ requestId: answer.headers.get('x-request-id') });
    expect(answer.headers.get('content-type')).toMatch(/^application\/(json|graphql-response\+json)/);
  });

  test('a client’s own request id is not taken over', async () => {
    const answer = await at.ask(host, VIEWER, {}, { 'x-request-id': 'mine', 'request-id': 'mine' });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('no cache may keep an answer; 401 says which token is wanted', async () => {
    expect((await at.ask(host, VIEWER)).headers.get('cache-control')).toBe('no-store');
    expect((await at.ask(undefined, VIEWER)).headers.get('www-authenticate')).toBe('Bearer');
  });

  test('nobody can leave a document here for later', async () => {
    const sha256Hash = createHash('sha256').update(VIEWER).digest('hex');
    const persistedQuery = { version: 1, sha256Hash };
    for (const body of [
      { query: VIEWER, extensions: { persistedQuery } },
      { extensions: { persistedQuery } },
    ]) {
      const answer = await at.post(JSON.stringify(body), { authorization: `Bearer ${host}` });
      expect(codes(answer)).toEqual(['BAD_REQUEST']);
    }
  });

  test('arguments nested as deep as they can be do no harm', async () => {
    const deep = `{ node(id: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { id } }`;
    expect((await at.ask(host, deep)).status).toBeGreaterThanOrEqual(400);
    expect((await at.ask(host, VIEWER)).status).toBe(200);
  });

  test('live and ready', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      expect((await fetch(at.gateway.url.replace('/graphql', path))).status).toBe(200);
    }
  });

  test('a height that has come is answered at once, one that is none is refused', async () => {
    const height = at.projector.height();
    expect((await at.ask(host, VIEWER, {}, { 'gridbook-min-height': String(height) })).status).toBe(200);
    expect(codes(await at.ask(host, VIEWER, {}, { 'gridbook-min-height': 'x' }))).toEqual(['BAD_REQUEST']);
  });

  test('without a token nobody waits for a height', async () => {
    const answer = await at.ask(undefined, VIEWER, {}, { 'gridbook-min-height': '999999999' });
    expect([answer.status, codes(answer)]).toEqual([401, ['UNAUTHENTICATED']]);
  });

  test('in production there is no page to try queries on', async () => {
    expect((await fetch(at.gateway.url.replace('/graphql', '/'))).status).toBe(404);
  });
});
