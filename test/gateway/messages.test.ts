/** What an answer says of a request that is not as it should be: which part, and what is wanted. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway, type Gateway } from '../../api/server/gateway.js';
import { TokenVerifier } from '../../api/auth/verify.js';
import { GatewayFixture } from './fixture.js';

let at: GatewayFixture;
let open: Gateway;
let host: string;
const log: string[] = [];
beforeAll(async () => {
  at = await GatewayFixture.open({ homes: 2 });
  host = await at.token('HOST');
  const verifier = await TokenVerifier.open({ localKey: at.key, isProduction: false, isLoopback: true });
  const { ledger } = at.at.world;
  const { database, projector, lanes } = at;
  open = await startGateway({
    ...{ ledger, database, projector, lanes, verifier, host: '127.0.0.1', port: 0, isDevelopment: true },
    ...{ logLevel: 'warn', logTo: { write: (line) => log.push(line) } },
  });
});
afterAll(async () => {
  await open.stop();
  await at.close();
});

interface Said {
  readonly status: number;
  readonly errors: { message: string; locations?: object[]; extensions: { code: string; retry: string } }[];
}
async function ask(init: RequestInit, to = at.gateway, search = ''): Promise<Said> {
  const headers = { authorization: `Bearer ${host}`, 'content-type': 'application/json', ...init.headers };
  const answer = await fetch(to.url + search, { method: 'POST', ...init, headers });
  return { status: answer.status, ...((await answer.json()) as object) } as Said;
}
const document = (query: string, variables?: object): RequestInit => ({
  body: JSON.stringify({ query, variables }),
});

test.each(['subscription { blocks { number } }', 'subscription Named { viewer { role } }'])(
  '%s is a mistake of the document, and none of the server',
  async (query) => {
    for (const gateway of [at.gateway, open]) {
      const { status, errors } = await ask(document(query), gateway);
      expect([status, errors[0].extensions]).toEqual([
        400,
        { code: 'GRAPHQL_VALIDATION_FAILED', retry: 'NEVER' },
      ]);
    }
    expect(log).toEqual([]);
  },
);

describe('the form of a request', () => {
  const QUERY = '{ viewer { role } }';
  test.each([
    ['an empty body', { body: '' }, 'The body is empty'],
    ['no JSON', { body: '{"query"' }, 'The body is not JSON.'],
    [
      'a key of prototypes',
      { body: '{"query":"{ viewer { role } }","variables":{"__proto__":1}}' },
      '`__proto__`',
    ],
    [
      'two operations',
      document('query A { viewer { role } } query B { viewer { role } }'),
      'several operations',
    ],
    [
      'the name of no operation',
      { body: JSON.stringify({ query: 'query A { viewer { role } }', operationName: 'Secret' }) },
      'no operation of the name in `operationName`',
    ],
    ['no query', { body: '{}' }, '`query`'],
    ['an array', { body: '[{"query":"{ viewer { role } }"}]' }, 'array'],
    ['a number', { body: '7' }, 'JSON object'],
    ['variables as text', { body: JSON.stringify({ query: QUERY, variables: '{}' }) }, '`variables`'],
    ['text', { ...document(QUERY), headers: { 'content-type': 'text/plain' } }, 'application/json'],
    ['XML', { ...document(QUERY), headers: { 'content-type': 'text/xml' } }, 'application/json'],
    [
      'a height in words',
      { ...document(QUERY), headers: { 'gridbook-min-height': 'abc' } },
      'The header gridbook-min-height',
    ],
  ] as [string, RequestInit, string][])('%s is told', async (_, init, words) => {
    const { status, errors } = await ask(init);
    expect([status, errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
    expect(errors[0].message).toContain(words);
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is told which methods there are', async (method) => {
    const answer = await fetch(at.gateway.url, {
      method,
      headers: { 'content-type': 'text/plain' },
      ...(method === 'OPTIONS' ? {} : { body: 'x' }),
    });
    const { errors } = (await answer.json()) as Said;
    expect([answer.status, answer.headers.get('allow'), errors[0].extensions.code]).toEqual([
      ...[405, 'GET, POST', 'BAD_REQUEST'],
    ]);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  });

  test('GET without the header that a query by GET wants, and a mutation by GET', async () => {
    const get = async (query: string, headers: Record<string, string>): Promise<string> => {
      const search = `?query=${encodeURIComponent(query)}`;
      const answer = await fetch(at.gateway.url + search, {
        headers: { authorization: `Bearer ${host}`, ...headers },
      });
      return answer.text();
    };
    expect(await get(QUERY, {})).toContain('apollo-require-preflight');
    expect(await get(QUERY, { 'apollo-require-preflight': '1' })).toContain('HOST');
    expect(await get('mutation { __typename }', { 'apollo-require-preflight': '1' })).toContain('by POST');
  });
});

describe('what nests too deep', () => {
  const nested = (open: string, close: string, depth = 5_000): string =>
    open.repeat(depth) + close.repeat(depth);
  test.each([
    ['selections', nested('{', '}')],
    ['selections without an end', '{'.repeat(5_000)],
    ['fields', `${'{ a '.repeat(900)}${'}'.repeat(900)}`],
    ['lists', `{ node(id: ${nested('[', ']', 3_000)}) { id } }`],
    ['objects', `{ node(id: ${nested('{ a: ', '}', 1_000)}) { id } }`],
    ['types', `query($x: ${nested('[', ']', 1_500)}) { viewer { role } }`],
  ])('%s are refused before they are parsed', async (_, query) => {
    for (const gateway of [at.gateway, open]) {
      const { status, errors } = await ask(document(query), gateway);
      expect([status, errors[0].extensions.code, errors[0].message]).toEqual([
        ...[400, 'TOO_COMPLEX', 'The document has too many levels.'],
      ]);
    }
  });

  test('a document that is merely long is too complex as well', async () => {
    const { status, errors } = await ask(document(`{ ${'a '.repeat(5_000)} }`), open);
    expect([status, errors[0].extensions.code, errors[0].message]).toEqual([
      ...[400, 'TOO_COMPLEX', 'The document has too many tokens.'],
    ]);
  });

  test('a variable is refused for what it is', async () => {
    const query = 'query($id: ID!) { node(id: $id) { id } }';
    const list = 'mutation($i: TariffPublishInput!) { tariffPublish(input: $i) { receipt { height } } }';
    for (const value of [nested('[', ']', 100_000), `${'{"a":'.repeat(90_000)}1${'}'.repeat(90_000)}`]) {
      for (const variables of [`{"id":${value}}`, `{"i":{"lines":${value}}}`]) {
        const of = variables.startsWith('{"id"') ? query : list;
        for (const gateway of [at.gateway, open]) {
          const { status, errors } = await ask(
            { body: `{"query":${JSON.stringify(of)},"variables":${variables}}` },
            gateway,
          );
          expect([status, errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
        }
      }
    }
  });
});

describe('an argument', () => {
  const statement = (args: string): string =>
    `{ statement(participant: "${at.id('Participant', 1)}", ${args}) { billMicros } }`;

  test('a period that ends before it begins', async () => {
    for (const args of [
      'from: "2025-06-02T00:00:00Z", to: "2025-06-01T00:00:00Z"',
      'fromDay: "2025-06-02", toDay: "2025-05-01"',
    ]) {
      const { errors } = await ask(document(statement(args)));
      expect(errors[0].message).toContain('ends before it begins');
    }
  });

  test('of a document that is no instant: what is wanted, and where it stands', async () => {
    const { status, errors } = await ask(document(statement('from: "today", to: "tomorrow"')));
    expect([status, errors[0].extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect(errors[0].message).toContain('2025-06-01T00:15:00Z');
    expect(errors[0].locations).toHaveLength(1);
  });

  test('of a variable that is no amount: what is wanted, and in development which', async () => {
    const query = 'mutation($i: SparkzTransferInput!) { sparkzTransfer(input: $i) { userErrors { code } } }';
    const i = {
      idempotencyKey: '018f0000-0000-7000-8000-000000000000',
      from: 'x',
      to: 'y',
      amountMicros: 2.5,
    };
    const closed = await ask(document(query, { i }));
    expect(closed.errors[0]).toMatchObject({
      message: expect.stringMatching(/^MoneyMicros wants a whole number/),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    const unknown = await ask(document(query, { i: { ...i, amountMicros: '5', foo: 1 } }));
    expect(unknown.errors[0].message).toBe(
      'A variable does not fit its type: it has a field that its type has not.',
    );
    const missing = await ask(document(query, { i: { ...i, amountMicros: null } }));
    expect(missing.errors[0].message).toBe('A variable does not fit its type: a value is required.');
    const named = await ask(document(query, { i }), open);
    expect(named.errors[0].message).toMatch(/^The variable i\.amountMicros .*: MoneyMicros wants/);
  });
});
