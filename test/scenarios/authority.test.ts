/** A1, A2: default deny. Every command is tried by every role that does not own it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Registry, rule } from '../../chaincode/kernel/registry.js';
import { TRADE_RULES } from '../../chaincode/ledgers/trade/index.js';
import type { Field, Fields } from '../../schema/fields.js';
import { ROLES, type Args, type CommandShape, type Role } from '../../schema/command.js';
import { TRADE_COMMANDS } from '../../schema/trade/index.js';
import { intervalSettle, readingsRecord } from '../../schema/trade/metering.js';
import { membershipSet, marketCreate, tariffPublish } from '../../schema/trade/market.js';
import {
  accountOpen,
  connectionRegister,
  networkRegister,
  participantRegister,
} from '../../schema/trade/registration.js';
import { sparkzBurn, sparkzMint, sparkzTransfer } from '../../schema/trade/money.js';
import { Community, line, perKWh } from './community.js';
import {
  distributor,
  host,
  HOST,
  operator,
  participant,
  PROVIDER,
  provider,
  QUARTER,
  regulator,
  START_MS,
  type Giver,
} from './world.js';
import { nameFor } from './fabric/guests.js';

let at: Community;
beforeAll(async () => {
  at = await Community.open({ homes: 2 });
  const others = ROLES.filter((role) => role !== 'PARTICIPANT' && role !== 'HOST' && role !== 'REGULATOR');
  await at.world.admit(others.map(giverOf));
  await at.world.admit(others.map(stranger));
  await at.world.admit([stranger('HOST')]);
});
afterAll(() => at.world.close());

/** A value of the right form for a field. */
function sample(of: Field): unknown {
  switch (of.kind) {
    case 'integer':
      return Math.max(of.min, Math.min(of.max, of.edge === 'instant' ? START_MS + 40 * QUARTER : 1));
    case 'text':
      return of.maxLength === 3 ? 'AUD' : 'x';
    case 'choice':
      return of.values[0];
    case 'boolean':
      return true;
    case 'optional':
      return null;
    case 'list':
      return [sample(of.of)];
    case 'record':
      return sampleOf(of.fields);
  }
}
const sampleOf = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, of]) => [name, sample(of)]));
const argsOf = (shape: CommandShape): Args<CommandShape> =>
  ({
    ...sampleOf(shape.fields),
    ...(shape.rows
      ? { rows: Object.fromEntries(Object.entries(shape.rows).map(([n, of]) => [n, [sample(of)]])) }
      : {}),
  }) as Args<CommandShape>;

/** Somebody of a role: an organisation with that role, or a participant through its host. */
const giverOf = (role: Role): Giver =>
  role === 'PARTICIPANT'
    ? participant(at.homes[0].participant)
    : { organisation: OWN[role] ?? nameFor(role), role };
const OWN: Partial<Record<Role, string>> = { HOST, REGULATOR: regulator.organisation };
/** One that the host admitted, and that nothing in the lane belongs to. */
const stranger = (role: Role): Giver => ({ organisation: 'Stranger', role });

describe('A1 default deny', () => {
  test('every command of the language has a rule, and no rule is without a command', () => {
    expect(TRADE_RULES.map((r) => r.shape.name).sort()).toEqual(TRADE_COMMANDS.map((c) => c.name).sort());
  });

  test('a command without an authorisation rule cannot be registered', () => {
    const shape = participantRegister;
    for (const authority of [undefined, { roles: [], consent: 'none', reason: false }]) {
      const bad = {
        ...rule(shape, { roles: ['HOST'], consent: 'none', reason: false }, () => undefined),
        authority,
      };
      expect(() => new Registry([bad as never])).toThrow('no authorisation rule');
    }
  });

  const cases = TRADE_RULES.flatMap((r) =>
    ROLES.filter((role) => !r.authority.roles.includes(role)).map((role): [string, Role] => [
      r.shape.name,
      role,
    ]),
  );
  test.each(cases)('%s is refused to the role %s', async (name, role) => {
    const shape = TRADE_COMMANDS.find((c) => c.name === name) as CommandShape;
    expect((await at.world.give(giverOf(role), shape, argsOf(shape))).code).toBe('NOT_AUTHORISED');
  });

  test('an act of a regulator or market operator states a reason', () => {
    for (const { authority, shape } of TRADE_RULES) {
      const isWatch = authority.roles.includes('REGULATOR');
      if (isWatch)
        expect([shape.name, authority.reason, 'reason' in shape.fields]).toEqual([shape.name, true, true]);
    }
  });

  test('the ledger README’s table says what the code says', async () => {
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(new URL('../../chaincode/ledgers/trade/README.md', import.meta.url), 'utf8');
    for (const { shape, authority } of TRADE_RULES) {
      const row = text.split('\n').find((l) => l.startsWith(`| \`${shape.name}\` |`));
      expect(
        row
          ?.split('|')
          .slice(2, 5)
          .map((c) => c.trim()),
      ).toEqual([authority.roles.join(', '), authority.consent, authority.reason ? 'yes' : 'no']);
    }
  });
});

describe('A2 an organisation acts only for what is its own', () => {
  const give = <C extends CommandShape>(giver: Giver, shape: C, args: object) =>
    at.world.give(giver, shape, args as Args<C>);

  test('another host in this lane can neither register participants nor make markets, members or accounts', async () => {
    expect((await give(stranger('HOST'), participantRegister, { participantId: 'p' })).code).toBe(
      'NOT_AUTHORISED',
    );
    expect(
      (
        await give(stranger('HOST'), marketCreate, {
          marketId: 'm',
          network: at.network,
          unit: at.unit,
          roundingAccount: at.rounding,
          kNumerator: 1,
          kDenominator: 2,
        })
      ).code,
    ).toBe('MARKET_HOST_LIMIT');
    expect(
      (
        await give(stranger('HOST'), membershipSet, {
          market: at.market,
          connection: at.homes[0].connection,
          tariff: at.tariff,
          duesAccount: at.homes[0].dues,
          receivableAccount: at.homes[0].receivable,
          effectiveFrom: START_MS + 50 * QUARTER,
        })
      ).code,
    ).toBe('MARKET_HOST_LIMIT');
    expect(
      (
        await give(stranger('HOST'), accountOpen, {
          participant: at.homes[0].participant,
          network: 0,
          unit: at.unit,
          kind: 'DUES',
          floorMicros: 0,
        })
      ).code,
    ).toBe('NOT_AUTHORISED');
    expect(
      (
        await give(stranger('HOST'), sparkzMint, {
          unit: at.series,
          to: at.homes[0].wallet,
          amountMicros: 1,
          receiptReference: 'x',
        })
      ).code,
    ).toBe('NOT_AUTHORISED');
    expect(
      (
        await give({ ...stranger('HOST'), actor: at.homes[0].participant }, sparkzTransfer, {
          from: at.homes[0].wallet,
          to: at.homes[1].wallet,
          amountMicros: 1,
        })
      ).code,
    ).toBe('NOT_HOSTED');
  });

  test('nobody but the host opens a lane', async () => {
    const { World } = await import('./world.js');
    const world = await World.unopened();
    await expect(
      world.give(operator, networkRegister, {
        networkId: 'n',
        intervalSeconds: 900,
        timeZone: 'UTC',
        priceCapMicrosPerMWh: null,
      } as Args<typeof networkRegister>),
    ).rejects.toMatchObject({ code: 'WRONG_LANE' });
    await world.close();
  });

  test('a network operator connects meters to its own network only, and the host is no metering data provider', async () => {
    const args = {
      meterId: 'meter-new',
      participant: at.homes[0].participant,
      network: at.network,
      zone: 'z',
      meteringDataProvider: PROVIDER,
      sanctionedLoadW: 1,
      generationCapacityW: 1,
      validFrom: START_MS,
    };
    expect((await give(stranger('NETWORK_OPERATOR'), connectionRegister, args)).code).toBe('NOT_FOUND');
    expect((await give(operator, connectionRegister, { ...args, meteringDataProvider: HOST })).code).toBe(
      'NOT_AUTHORISED',
    );
    expect((await give(operator, connectionRegister, { ...args, meterId: 'meter-0' })).code).toBe(
      'ALREADY_EXISTS',
    );
  });

  test('readings come from the provider that was appointed, and from nobody else', async () => {
    const args = {
      network: at.network,
      start: START_MS,
      durationSeconds: 900,
      source: 'f',
      rows: { connection: [at.homes[0].connection], importWh: [1], exportWh: [0], quality: ['ACTUAL'] },
    };
    expect((await give(stranger('METERING_DATA_PROVIDER'), readingsRecord, args)).code).toBe('NOT_FOUND');
    expect((await give(provider, readingsRecord, args)).code).toBe('OK');
  });

  test('only whoever publishes a tariff can be made to pay by it', async () => {
    const publish = (lines: object[]) =>
      give(distributor, tariffPublish, { tariffId: 't', effectiveFrom: 0, lines });
    expect((await publish([line('drain', 'EXPORT_WH', perKWh(9), at.payees.retailer)])).code).toBe(
      'NOT_AUTHORISED',
    );
    expect((await publish([line('drain', 'DAY', -1_000_000, at.payees.retailer)])).code).toBe(
      'NOT_AUTHORISED',
    );
    expect((await publish([line('grid', 'IMPORT_WH', perKWh(0.1), at.payees.network)])).code).toBe('OK');
  });

  test('a participant spends its own wallet only; a host its own treasury only', async () => {
    await at.mint(0, 1_000);
    const me = participant(at.homes[0].participant);
    const pay = { from: at.homes[0].wallet, to: at.homes[1].wallet, amountMicros: 10 };
    expect((await give(participant(at.homes[1].participant), sparkzTransfer, pay)).code).toBe('NOT_FOUND');
    expect((await give(host, sparkzTransfer, pay)).code).toBe('NOT_FOUND');
    expect(
      (
        await give(host, sparkzBurn, {
          unit: at.series,
          from: at.homes[0].wallet,
          amountMicros: 1,
          payoutReference: 'q',
        })
      ).code,
    ).toBe('NOT_FOUND');
    expect((await give(me, sparkzTransfer, pay)).code).toBe('OK');
    expect((await give(me, sparkzTransfer, { ...pay, to: at.homes[0].dues })).code).toBe('ACCOUNT_KIND');
    expect((await give(me, sparkzTransfer, { ...pay, to: at.homes[0].wallet })).code).toBe('SAME_ACCOUNT');
  });

  test('P2P-14 whoever triggers a settlement, the outcome is the same, and it takes no price', async () => {
    expect(Object.keys(intervalSettle.fields)).toEqual(['market', 'start']);
    expect(
      (await give(stranger('NETWORK_OPERATOR'), intervalSettle, { market: at.market, start: START_MS })).code,
    ).toBe('NOT_FOUND');
    expect((await give(stranger('HOST'), intervalSettle, { market: at.market, start: START_MS })).code).toBe(
      'NOT_AUTHORISED',
    );
  });
});
