/** What is open in development only, and what the log of a gateway holds. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { TokenVerifier } from '../../api/auth/verify.js';
import type { Database } from '../../api/readmodel/database.js';
import { startGateway } from '../../api/server/gateway.js';
import { GatewayFixture } from './fixture.js';

let at: GatewayFixture;
beforeAll(async () => {
  at = await GatewayFixture.open({ homes: 2 }, true);
});
afterAll(() => at.close());

describe('in development', () => {
  test('tools get the schema by what they all ask, without a token', async () => {
    const answer = await at.ask(undefined, getIntrospectionQuery({ inputValueDeprecation: true }));
    expect([answer.status, answer.errors]).toEqual([200, undefined]);
    expect(answer.text).toContain('ParticipantRegisterInput');
  });

  test('a mistake in a document is named', async () => {
    const { errors } = await at.ask(await at.token('HOST'), '{ viewer { secretField } }');
    expect(errors?.[0].message).toContain('secretField');
  });

  test('a variable that does not fit is named, and its value is not told', async () => {
    const host = await at.token('HOST');
    const input = { idempotencyKey: 'secret', participantId: 'x' };
    const query = 'mutation($i: ParticipantRegisterInput!) { participantRegister(input: $i) { id } }';
    const nested = await at.ask(host, query, { i: input });
    expect(nested.errors?.[0].message).toMatch(
      /^The variable i\.idempotencyKey does not fit its type: UUID wants a UUID as a string/,
    );
    const whole = await at.ask(host, 'query($n: Int!) { markets(first: $n) { edges { cursor } } }', {
      n: 'secret',
    });
    expect(whole.errors?.[0].message).toBe(
      'The variable n does not fit its type: a whole number within ±(2^31 − 1) is wanted.',
    );
    expect(nested.text + whole.text).not.toContain('secret');
  });

  test.each<[string, object | null | undefined, string]>([
    ['null for what is required', { amountMicros: null }, 'i.amountMicros …: a value is required.'],
    ['what is required and absent', { amountMicros: undefined }, 'i.amountMicros …: a value is required.'],
    ['a field that there is not', { foo: 'secret' }, 'i …: SparkzTransferInput has no field foo.'],
    ['a key that is no name', { 'secret it is': 1 }, 'i …: it has a field that SparkzTransferInput has not.'],
    ['another type', { to: { secret: 1 } }, 'i.to …: a string is wanted.'],
    ['text for an object', ['secret'], 'i …: an object is wanted.'],
    ['null for the whole', null, 'i …: a value is required.'],
    ['nothing for the whole', undefined, 'i …: a value is required.'],
  ])('%s is told by what is wanted', async (_, given, message) => {
    const query = 'mutation($i: SparkzTransferInput!) { sparkzTransfer(input: $i) { receipt { height } } }';
    const fit = { idempotencyKey: at.key7(), from: 'secret', to: 'secret', amountMicros: '5' };
    const i = given && !Array.isArray(given) ? { ...fit, ...given } : given;
    const answer = await at.ask(await at.token('HOST'), query, { i });
    expect(answer.errors?.map((e) => e.message)).toEqual([
      `The variable ${message.replace('…', 'does not fit its type')}`,
    ]);
    expect(answer.text).not.toContain('secret');
  });

  test('a name that its enumeration has not is told, and not repeated', async () => {
    const query =
      'mutation($s: ParticipantStatus!) { participantStatusSet(input: { participant: "x", status: $s, reason: "r", idempotencyKey: "018f0000-0000-7000-8000-000000000000" }) { receipt { height } } }';
    const answer = await at.ask(await at.token('HOST'), query, { s: 'ACTIV' });
    expect(answer.errors?.[0].message).toBe(
      'The variable s does not fit its type: one of the names of its enumeration is wanted, as a string.',
    );
  });

  test('data still wants a token', async () => {
    const answer = await at.ask(undefined, '{ viewer { role } }');
    expect([answer.status, answer.errors?.[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('the page to try queries on loads nothing from elsewhere', async () => {
    const response = await fetch(at.gateway.url.replace('/graphql', '/'));
    const page = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).not.toMatch(/https?:\/\/|<script[^>]+src|<link/);
  });
});

describe('what fails inside', () => {
  test('is told by its request id alone; the log says what it was, and holds no token', async () => {
    const lines: string[] = [];
    const { ledger } = at.at.world;
    const broken = {
      get db(): never {
        throw new Error('no connection to secret-host');
      },
    } as unknown as Database;
    const gateway = await startGateway({
      ledger,
      database: broken,
      projector: at.projector,
      lanes: at.lanes,
      verifier: await TokenVerifier.open({ localKey: at.key, isProduction: false, isLoopback: true }),
      host: '127.0.0.1',
      port: 0,
      isDevelopment: true,
      logLevel: 'info',
      logTo: { write: (line) => lines.push(line) },
    });
    const token = await at.token('HOST');
    const ask = async (bearer: string): Promise<string> => {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: JSON.stringify({
          query: 'query Named($n: Int!) { markets(first: $n) { pageInfo { hasNextPage } } }',
          variables: { n: 7 },
        }),
      });
      return response.text();
    };
    const answer = await ask(token);
    const refused = await ask(`${token}x`);
    await gateway.stop();
    const { errors, extensions } = JSON.parse(answer) as {
      errors: object[];
      extensions: { requestId: string };
    };
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL', retry: 'SAME_KEY' } }]);
    expect(answer).not.toMatch(/secret-host|\bat .*\.ts|node_modules/);
    expect(refused).toContain('UNAUTHENTICATED');
    const log = lines.join('');
    expect(lines.find((line) => line.includes('secret-host'))).toContain(extensions.requestId);
    expect(log).toContain('"operationName":"Named"');
    expect(log).toContain('a token was refused');
    expect(log).not.toContain(token.split('.')[2]);
    expect(log).not.toContain(token.split('.')[1]);
  });

  test('a gateway that stops answers what is in hand', async () => {
    const gateway = await startGateway({
      ledger: at.at.world.ledger,
      database: at.database,
      projector: at.projector,
      lanes: at.lanes,
      verifier: await TokenVerifier.open({ localKey: at.key, isProduction: false, isLoopback: true }),
      host: '127.0.0.1',
      port: 0,
      isDevelopment: false,
      logLevel: 'silent',
    });
    const token = await at.token('HOST');
    let isWaiting: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (isWaiting = resolve));
    const { waitFor } = at.projector;
    at.projector.waitFor = (height, options) => {
      isWaiting();
      return waitFor.call(at.projector, height, options);
    };
    const answer = fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'gridbook-min-height': '999999999',
      },
      body: JSON.stringify({ query: '{ viewer { role } }' }),
    });
    await waiting;
    at.projector.waitFor = waitFor;
    await gateway.stop();
    const response = await answer;
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.stringContaining('HEIGHT_NOT_REACHED'),
    ]);
    await expect(fetch(gateway.url)).rejects.toThrow();
  });
});
