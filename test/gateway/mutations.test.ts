/** Mutations over HTTP: derived from the commands, decided by the ledger. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Role } from '../../schema/command.js';
import { ERRORS, GridbookError } from '../../schema/errors.js';
import { GatewayFixture } from './fixture.js';

let at: GatewayFixture;
beforeAll(async () => {
  at = await GatewayFixture.open();
});
afterAll(() => at.close());

interface Payload {
  id?: string | null;
  userErrors: { field: string | null; message: string; code: string; retry: string }[];
  receipt: { transactionId: string; height: string; replayed: boolean } | null;
}

async function give(token: string, name: string, input: object, more = ''): Promise<Payload> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation($input: ${type}!) { result: ${name}(input: $input) { userErrors { field message code retry } receipt { transactionId height replayed } ${more} } }`;
  return (await at.data<{ result: Payload }>(token, query, { input })).result;
}

const mint = (amountMicros: string, receiptReference: string, idempotencyKey = at.key7()) => ({
  unit: at.id('Unit', 2),
  to: at.id('Account', at.home(0).wallet),
  amountMicros,
  receiptReference,
  idempotencyKey,
});

describe('a mutation', () => {
  test('is applied, says where it stands, and can be read back at its height', async () => {
    const host = await at.token('HOST');
    const made = await give(
      host,
      'participantRegister',
      { participantId: 'new-home', idempotencyKey: at.key7() },
      'id',
    );
    expect(made.userErrors).toEqual([]);
    const { node } = await at.data<{ node: unknown }>(
      host,
      'query($id: ID!) { node(id: $id) { ... on Participant { participantId active host } } }',
      { id: made.id },
      { 'gridbook-min-height': made.receipt!.height },
    );
    expect(node).toEqual({ participantId: 'new-home', active: true, host: 'Brightwater' });
  });

  test('repeated under its key gives its first outcome; under other content it is refused', async () => {
    const host = await at.token('HOST');
    const key = at.key7();
    const first = await give(host, 'sparkzMint', mint('1000', 'r-1', key));
    const again = await give(host, 'sparkzMint', mint('1000', 'r-1', key));
    expect([first.receipt!.replayed, again.receipt!.replayed]).toEqual([false, true]);
    expect((await give(host, 'sparkzMint', mint('1001', 'r-1', key))).userErrors[0]).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      retry: 'NEW_KEY',
    });
    expect((await give(host, 'sparkzMint', mint('1000', 'r-1'))).userErrors[0]).toMatchObject({
      code: 'REFERENCE_USED',
      field: 'receiptReference',
    });
    expect((await at.at.account(at.home(0).wallet)).balance).toBe(1000);
  });

  test('repeated under its key names what the first one made, at its first receipt', async () => {
    const host = await at.token('HOST');
    const input = { participantId: 'twice', idempotencyKey: at.key7() };
    const first = await give(host, 'participantRegister', input, 'id');
    const again = await give(host, 'participantRegister', input, 'id');
    expect(first.id).toEqual(expect.any(String));
    expect(again).toEqual({ ...first, receipt: { ...first.receipt, replayed: true } });
    const refused = await give(host, 'sparkzMint', mint('9007199254740991', 'over', input.idempotencyKey));
    expect(refused.userErrors[0].code).toBe('IDEMPOTENCY_CONFLICT');
  });

  test('refused and repeated is refused again, for the same field', async () => {
    const host = await at.token('HOST');
    const input = mint('9007199254740991', 'over-the-ceiling');
    const first = await give(host, 'sparkzMint', input);
    expect(first.userErrors).toMatchObject([{ code: 'MINT_CEILING', field: 'amountMicros' }]);
    expect((await give(host, 'sparkzMint', input)).userErrors).toEqual(first.userErrors);
  });

  test('that fails whole leaves its neighbours their receipts', async () => {
    const host = await at.token('HOST');
    const { submit } = at.lanes;
    const down = jest
      .spyOn(at.lanes, 'submit')
      .mockImplementation((request) =>
        request.command.args.participantId === 'unlucky'
          ? Promise.reject(new GridbookError('LEDGER_UNAVAILABLE'))
          : submit.call(at.lanes, request),
      );
    const query = `mutation($a: ParticipantRegisterInput!, $b: ParticipantRegisterInput!) {
      a: participantRegister(input: $a) { id userErrors { code } }
      b: participantRegister(input: $b) { id }
    }`;
    const answer = await at.ask(host, query, {
      a: { participantId: 'lucky', idempotencyKey: at.key7() },
      b: { participantId: 'unlucky', idempotencyKey: at.key7() },
    });
    down.mockRestore();
    expect(answer.data).toEqual({ a: { id: expect.any(String), userErrors: [] }, b: null });
    expect(answer.errors?.map((e) => e.extensions.code)).toEqual(['LEDGER_UNAVAILABLE']);
    expect(answer.status).toBe(200);
  });

  test('that all fail whole answers with the status of the first', async () => {
    const down = jest.spyOn(at.lanes, 'submit').mockRejectedValue(new GridbookError('OVERLOADED'));
    const answer = await at.ask(
      await at.token('HOST'),
      'mutation($i: ParticipantRegisterInput!) { participantRegister(input: $i) { id } }',
      { i: { participantId: 'later', idempotencyKey: at.key7() } },
    );
    down.mockRestore();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'OVERLOADED', retry: 'SAME_KEY' } }]);
  });

  test('too large for any transaction is refused as data', async () => {
    const large = jest.spyOn(at.lanes, 'submit').mockRejectedValue(new GridbookError('EVENT_TOO_LARGE'));
    const { userErrors, receipt } = await give(await at.token('HOST'), 'participantRegister', {
      participantId: 'large',
      idempotencyKey: at.key7(),
    });
    large.mockRestore();
    expect(userErrors).toMatchObject([{ code: 'EVENT_TOO_LARGE', retry: 'NEW_KEY' }]);
    expect(receipt).toBeNull();
  });

  test.each([
    ['a negative amount', '-5', 'INVALID_INPUT', 'amountMicros'],
    ['an amount of nothing', '0', 'INVALID_INPUT', 'amountMicros'],
    ['more than the ceiling', '9007199254740991', 'MINT_CEILING', 'amountMicros'],
  ])('%s is refused and changes nothing', async (_, amount, code, field) => {
    const before = (await at.at.account(at.home(0).wallet)).balance;
    expect((await give(await at.token('HOST'), 'sparkzMint', mint(amount, `x${amount}`))).userErrors).toEqual(
      [{ code, field, retry: 'NEW_KEY', message: expect.any(String) }],
    );
    expect((await at.at.account(at.home(0).wallet)).balance).toBe(before);
  });

  test('ids of another kind, of another lane and of nothing are refused alike', async () => {
    const host = await at.token('HOST');
    for (const to of [at.id('Unit', 1), 'nonsense', at.id('Account', 999_999)]) {
      const { userErrors } = await give(host, 'sparkzMint', { ...mint('5', 'other'), to });
      expect(userErrors[0]).toMatchObject({ code: 'NOT_FOUND', field: 'to' });
    }
  });

  test('text out of its alphabet and over-long text are refused', async () => {
    const host = await at.token('HOST');
    for (const participantId of ['a\u0000b', 'x'.repeat(65), '', 'a b', '\u202eabc']) {
      const { userErrors, receipt } = await give(host, 'participantRegister', {
        participantId,
        idempotencyKey: at.key7(),
      });
      expect(userErrors[0]).toMatchObject({ code: 'INVALID_INPUT', field: 'participantId' });
      expect(receipt).toBeNull();
    }
  });

  test('what is not of its form is refused with what is wanted, and nothing of it comes back', async () => {
    const host = await at.token('HOST');
    const why = async (name: string, input: object): Promise<string> => {
      const { userErrors, receipt } = await give(host, name, { idempotencyKey: at.key7(), ...input });
      expect([userErrors.length, userErrors[0].code, receipt]).toEqual([1, 'INVALID_INPUT', null]);
      return userErrors[0].message;
    };
    const pause = { market: at.id('Market', at.at.market) };
    const text = /^reason wants 1 to 200 characters .* without line breaks, control characters/;
    for (const reason of ['', '   ', 'secret '.repeat(40), 'secret\u0000', 'secret\n']) {
      const message = await why('marketPause', { ...pause, reason });
      expect(message).toMatch(text);
      expect(message).not.toContain('secret');
    }
    expect(await why('sparkzMint', mint('-5', 'r'))).toBe(
      'amountMicros wants a whole number of micros from 1 to 9007199254740991.',
    );
    expect(await why('participantRegister', { participantId: 'a b' })).toMatch(
      /^participantId wants 1 to 64 characters of A–Z/,
    );
    expect(await why('participantRegister', { participantId: 'p', lane: 'a b' })).toMatch(
      /^lane wants 1 to 64/,
    );
    const uuidV4 = { participantId: 'p', idempotencyKey: '3fa85f64-5717-4562-b3fc-2c963f66afa6' };
    expect(await why('participantRegister', uuidV4)).toMatch(/^idempotencyKey wants a UUID of version 7/);
    const line = {
      ...{ lineId: 'a', payee: at.id('Account', 1), basis: 'IMPORT_WH', taxCode: 'none' },
      ...{ staysPayableOnTraded: false, rateMicros: '1' },
    };
    const tariff = { tariffId: 't', effectiveFrom: '2030-01-01T00:00:00Z' };
    expect(await why('tariffPublish', { ...tariff, lines: [line, { ...line, lineId: 'a b' }] })).toMatch(
      /^lines\.1\.lineId wants 1 to 64/,
    );
    const readings = {
      ...{ network: at.id('Network', 1), start: '2025-06-01T00:00:00Z', durationSeconds: 900, source: 'f' },
    };
    expect(await why('readingsRecord', { ...readings, rows: [] })).toBe('rows wants 1 to 1500 rows.');
    const row = { connection: at.id('Connection', 1), importWh: '5', exportWh: '0', quality: 'ACTUAL' };
    expect(await why('readingsRecord', { ...readings, rows: [row, { ...row, importWh: '-1' }] })).toBe(
      'importWh.1 wants a whole number of Wh from 0 to 4000000000.',
    );
  });

  test('a key that is no UUIDv7, and one of another day, are refused', async () => {
    const host = await at.token('HOST');
    expect(
      (
        await give(host, 'participantRegister', {
          participantId: 'p',
          idempotencyKey: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
        })
      ).userErrors[0].code,
    ).toBe('INVALID_INPUT');
    expect(
      (
        await give(host, 'participantRegister', {
          participantId: 'p',
          idempotencyKey: '018f0000-0000-7000-8000-000000000000',
        })
      ).userErrors[0].code,
    ).toBe('IDEMPOTENCY_KEY_EXPIRED');
  });

  test('a participant acts for itself, in the lane of its host, and for nobody else', async () => {
    const me = await at.token('PARTICIPANT', 0);
    const transfer = (from: number, to: number) => ({
      from: at.id('Account', from),
      to: at.id('Account', to),
      amountMicros: '10',
      idempotencyKey: at.key7(),
    });
    expect(
      (await give(me, 'sparkzTransfer', transfer(at.home(0).wallet, at.home(1).wallet))).userErrors,
    ).toEqual([]);
    expect(
      (await give(me, 'sparkzTransfer', transfer(at.home(1).wallet, at.home(0).wallet))).userErrors[0],
    ).toMatchObject({ code: 'NOT_FOUND' });
    const stranger = await at.token('PARTICIPANT', 0, 'Stranger');
    expect(
      (await give(stranger, 'sparkzTransfer', transfer(at.home(0).wallet, at.home(1).wallet))).userErrors[0],
    ).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('to a participant an account that is not its own is not there, whatever its kind', async () => {
    const me = await at.token('PARTICIPANT', 0);
    const [mine, other] = [at.home(0), at.home(1)];
    const { payees, rounding, treasury } = at.at;
    const more = { amountMicros: '10', expiresAt: '2030-01-01T00:00:00Z', purpose: 'p' };
    const errorsOf = async (name: string, fields: Record<string, number>, rest: object): Promise<unknown> => {
      const ids = Object.entries(fields).map(([field, number]) => [field, at.id('Account', number)]);
      const input = { ...Object.fromEntries(ids), ...rest, idempotencyKey: at.key7() } as object;
      const { userErrors } = await give(me, name, input);
      expect((await give(me, name, input)).userErrors).toEqual(userErrors);
      return userErrors;
    };
    const notThere = (field: string): object[] => [
      { field, code: 'NOT_FOUND', message: ERRORS.NOT_FOUND.message, retry: 'NEW_KEY' },
    ];
    const { amountMicros } = more;
    for (const to of [other.dues, other.receivable, payees.retailer, rounding, 999_999]) {
      expect(await errorsOf('sparkzTransfer', { from: mine.wallet, to }, { amountMicros })).toEqual(
        notThere('to'),
      );
      expect(await errorsOf('holdPlace', { account: mine.wallet, payee: to }, more)).toEqual(
        notThere('payee'),
      );
      const { wallet, dues } = mine;
      for (const [field, fields] of [
        ['treasury', { wallet, dues, treasury: to, duesPayee: payees.retailer }],
        ['duesPayee', { wallet, dues, treasury, duesPayee: to }],
      ] as const) {
        // A payee of the host is what it pays to.
        if (field === 'duesPayee' && to === payees.retailer) continue;
        expect(await errorsOf('duesPay', fields, { amountMicros })).toEqual(notThere(field));
      }
    }
    expect(
      await errorsOf('sparkzTransfer', { from: mine.wallet, to: mine.dues }, { amountMicros }),
    ).toMatchObject([{ field: 'to', code: 'ACCOUNT_KIND' }]);
    const host = await at.token('HOST');
    const minted = { ...mint('5', 'to-dues'), to: at.id('Account', other.dues) };
    expect((await give(host, 'sparkzMint', minted)).userErrors).toMatchObject([{ code: 'ACCOUNT_KIND' }]);
  });

  test('another organisation cannot open a lane or write into one as its host', async () => {
    const stranger = await at.token('NETWORK_OPERATOR', 0, 'Stranger');
    expect(
      (await give(stranger, 'participantRegister', { participantId: 'p', idempotencyKey: at.key7() }))
        .userErrors[0].code,
    ).toBe('NOT_ADMITTED');
    const otherHost = await at.token('HOST', 0, 'Stranger');
    expect(
      (
        await give(otherHost, 'participantRegister', {
          participantId: 'p',
          lane: 'Brightwater',
          idempotencyKey: at.key7(),
        })
      ).userErrors[0].code,
    ).toBe('NOT_ADMITTED');
  });

  test('readings come as rows, by the metering data provider alone', async () => {
    const input = {
      network: at.id('Network', 1),
      start: new Date(at.at.world.now).toISOString(),
      durationSeconds: 900,
      source: 'file-9',
      idempotencyKey: at.key7(),
      rows: [
        {
          connection: at.id('Connection', at.home(0).connection),
          importWh: '5',
          exportWh: '0',
          quality: 'ACTUAL',
        },
      ],
    };
    at.at.world.at(at.at.world.now + 900_000);
    for (const [role, codes] of [
      ['HOST', ['NOT_AUTHORISED']],
      ['METERING_DATA_PROVIDER', []],
    ] as [Role, string[]][]) {
      const { userErrors } = await give(await at.token(role), 'readingsRecord', {
        ...input,
        idempotencyKey: at.key7(),
      });
      expect(userErrors.map((e) => e.code)).toEqual(codes);
    }
  });
});
