/** Sparkz and dues: K2, K3, TOK-01 and holds. */
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Args, CommandInput, CommandShape } from '../../schema/command.js';
import {
  duesPay,
  holdCapture,
  holdPlace,
  holdRelease,
  seriesCeilingSet,
  sparkzBurn,
  sparkzMint,
  sparkzTransfer,
} from '../../schema/trade/money.js';
import { unitRegister } from '../../schema/trade/registration.js';
import { Community } from './community.js';
import {
  host,
  marketOperator,
  operator,
  participant,
  QUARTER,
  regulator,
  START_MS,
  type Giver,
} from './world.js';

let at: Community;
afterEach(() => at.world.close());
const give = <C extends CommandShape>(giver: Giver, shape: C, args: object) =>
  at.world.give(giver, shape, args as Args<C>);

describe('Sparkz', () => {
  test('are minted against a receipt, once, up to the ceiling of the series', async () => {
    at = await Community.open({ homes: 1, ceiling: 1_000 });
    expect((await at.mint(0, 600, 'r-1')).code).toBe('OK');
    expect((await at.mint(0, 1, 'r-1')).code).toBe('REFERENCE_USED');
    expect((await at.mint(0, 401, 'r-2')).code).toBe('MINT_CEILING');
    expect((await at.mint(0, 400, 'r-2')).code).toBe('OK');
    const me = participant(at.homes[0].participant);
    expect(
      (
        await give(me, sparkzBurn, {
          unit: at.series,
          from: at.homes[0].wallet,
          amountMicros: 1_001,
          payoutReference: 'p-1',
        })
      ).code,
    ).toBe('INSUFFICIENT_FUNDS');
    expect(
      (
        await give(me, sparkzBurn, {
          unit: at.series,
          from: at.homes[0].wallet,
          amountMicros: 300,
          payoutReference: 'p-1',
        })
      ).code,
    ).toBe('OK');
    expect(
      (
        await give(me, sparkzBurn, {
          unit: at.series,
          from: at.homes[0].wallet,
          amountMicros: 1,
          payoutReference: 'p-1',
        })
      ).code,
    ).toBe('REFERENCE_USED');
    expect((await at.mint(0, 300, 'r-3')).code).toBe('OK');
  });

  test('have a ceiling that their host cannot raise: a ruling sets it, with a reason, and never below what is issued', async () => {
    at = await Community.open({ homes: 1, ceiling: 1_000 });
    await at.mint(0, 600, 'r-1');
    const set = async (giver: Giver, ceilingMicros: number, reason = 'ruling 1'): Promise<string> =>
      (await give(giver, seriesCeilingSet, { unit: at.series, ceilingMicros, reason })).code;
    for (const giver of [host, operator, marketOperator, participant(at.homes[0].participant)]) {
      expect(await set(giver, 2_000)).toBe('NOT_AUTHORISED');
    }
    expect(await set(regulator, 599)).toBe('MINT_CEILING');
    expect(await set(regulator, 2_000, '')).not.toBe('OK');
    expect(
      (await give(regulator, seriesCeilingSet, { unit: at.unit, ceilingMicros: 1, reason: 'x' })).code,
    ).toBe('UNIT_MISMATCH');
    expect(await set(regulator, 2_000)).toBe('OK');
    expect((await at.mint(0, 1_400, 'r-2')).code).toBe('OK');
    expect((await at.mint(0, 1, 'r-3')).code).toBe('MINT_CEILING');
    const more = { unitKind: 'SPARKZ', currency: 'AUD', region: 'other', ceilingMicros: 1e12 + 1 };
    const outcome = await give(host, unitRegister, more);
    expect([outcome.code, outcome.field]).toEqual(['MINT_CEILING', 'ceilingMicros']);
  });

  test('what is held cannot be spent; it is captured by its payee until it expires, and freed after that', async () => {
    at = await Community.open({ homes: 2 });
    await at.mint(0, 1_000);
    const [me, other] = at.homes.map((h) => participant(h.participant));
    const [mine, theirs] = at.homes.map((h) => h.wallet);
    const place = (amountMicros: number) =>
      give(me, holdPlace, {
        account: mine,
        payee: theirs,
        amountMicros,
        expiresAt: at.world.now + QUARTER,
        purpose: 'charging',
      });
    const placed = await place(700);
    const hold = placed.events[0].fields.hold as number;
    expect((await place(301)).code).toBe('INSUFFICIENT_FUNDS');
    expect((await give(me, sparkzTransfer, { from: mine, to: theirs, amountMicros: 301 })).code).toBe(
      'INSUFFICIENT_FUNDS',
    );
    expect((await give(me, holdCapture, { hold, amountMicros: 1 })).code).toBe('NOT_FOUND');
    expect((await give(me, holdRelease, { hold })).code).toBe('HOLD_NOT_EXPIRED');
    expect((await give(other, holdCapture, { hold, amountMicros: 701 })).code).toBe('INSUFFICIENT_FUNDS');
    expect((await give(other, holdCapture, { hold, amountMicros: 200 })).code).toBe('OK');
    expect(await at.account(mine)).toMatchObject({ balance: 800, held: 500 });
    at.world.at(at.world.now + QUARTER);
    expect((await give(other, holdCapture, { hold, amountMicros: 1 })).code).toBe('HOLD_EXPIRED');
    expect((await give(me, holdRelease, { hold })).code).toBe('OK');
    expect((await give(me, holdRelease, { hold })).code).toBe('WRONG_STATE');
    expect(await at.account(mine)).toMatchObject({ balance: 800, held: 0 });
  });

  test('pay dues: both units balance by themselves', async () => {
    at = await Community.open({ homes: 2 });
    await at.mint(0, 1_000);
    const me = participant(at.homes[0].participant);
    const pay = (over: object) =>
      give(me, duesPay, {
        wallet: at.homes[0].wallet,
        treasury: at.treasury,
        dues: at.homes[0].dues,
        duesPayee: at.payees.retailer,
        amountMicros: 400,
        ...over,
      });
    expect((await pay({ dues: at.homes[1].dues })).code).toBe('NOT_FOUND');
    expect((await pay({ treasury: at.homes[1].wallet })).code).toBe('ACCOUNT_KIND');
    const paid = await pay({});
    expect(paid.events[0].rows).toEqual({
      account: [at.homes[0].wallet, at.treasury, at.payees.retailer, at.homes[0].dues],
      amountMicros: [-400, 400, -400, 400],
    });
  });
});

describe('Another’s records', () => {
  test('a payout reference counts once for whoever gives it: nobody takes that of another', async () => {
    at = await Community.open({ homes: 2 });
    const [one, two] = at.homes;
    await at.mint(0, 100, 'BANK-1');
    await at.mint(1, 100, 'BANK-2');
    const burn = async (giver: Giver, from: number, payoutReference: string): Promise<string> =>
      (await give(giver, sparkzBurn, { unit: at.series, from, amountMicros: 1, payoutReference })).code;
    expect(await burn(participant(one.participant), one.wallet, 'BANK-2025-0001')).toBe('OK');
    expect(await burn(participant(two.participant), two.wallet, 'BANK-2025-0001')).toBe('OK');
    for (const { participant: number, wallet } of at.homes) {
      expect(await burn(participant(number), wallet, 'BANK-2025-0001')).toBe('REFERENCE_USED');
    }
    // A receipt is the issuer's own: whoever receives, it is minted against once.
    expect((await at.mint(1, 100, 'BANK-1')).code).toBe('REFERENCE_USED');
  });

  test('an outsider cannot tell a hold that has ended from one that never was', async () => {
    at = await Community.open({ homes: 3 });
    await at.mint(0, 1_000);
    const [payer, payee, outsider] = at.homes.map((h) => participant(h.participant));
    const placed = await give(payer, holdPlace, {
      ...{ account: at.homes[0].wallet, payee: at.homes[1].wallet, amountMicros: 700 },
      ...{ expiresAt: at.world.now + QUARTER, purpose: 'charging' },
    });
    const hold = placed.events[0].fields.hold as number;
    const tried = async (giver: Giver): Promise<string[]> => [
      (await give(giver, holdCapture, { hold, amountMicros: 700 })).code,
      (await give(giver, holdRelease, { hold })).code,
    ];
    expect(await tried(outsider)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(await tried(payee)).toEqual(['OK', 'WRONG_STATE']);
    expect(await tried(outsider)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(await tried(payer)).toEqual(['NOT_FOUND', 'WRONG_STATE']);
  });
});

describe('Receivables', () => {
  test('are paid up to what is owed and no further; dues may be paid ahead', async () => {
    at = await Community.open({ homes: 1, duesFloor: 0 });
    const [home] = at.homes;
    await at.run(START_MS, [[1_000, 0]]);
    await at.mint(0, 5_000_000);
    const pay = async (dues: number, amountMicros: number): Promise<string[]> => {
      const accounts = { wallet: home.wallet, treasury: at.treasury, dues, duesPayee: at.payees.retailer };
      const { code, field } = await give(participant(home.participant), duesPay, {
        ...accounts,
        amountMicros,
      });
      return [code, field];
    };
    expect((await at.account(home.receivable)).balance).toBe(-300_000);
    expect(await pay(home.receivable, 300_001)).toEqual(['OVERPAYMENT', 'amountMicros']);
    expect(await pay(home.receivable, 300_000)).toEqual(['OK', '']);
    expect(await pay(home.receivable, 1)).toEqual(['OVERPAYMENT', 'amountMicros']);
    expect(await pay(home.dues, 100_000)).toEqual(['OK', '']);
    at.world.at(START_MS + 2 * QUARTER);
    const { events } = await at.run(START_MS + QUARTER, [[1_000, 0]]);
    const raised = events.find(({ name }) => name === 'receivablesRaised');
    expect(raised?.rows.amountMicros).toEqual([200_000]);
    expect((await at.account(home.receivable)).balance).toBe(-200_000);
  });
});

describe('TOK-01 conservation', () => {
  test('10,000 random operations: minted − burned = Σ balances, nothing below its floor, and held what holds say', async () => {
    at = await Community.open({ homes: 6 });
    const wallets = at.homes.map((h) => h.wallet);
    let minted = 0;
    const holds = new Map<number, { account: number; payee: number; remaining: number }>();
    const random = fc.sample(
      fc.record({
        kind: fc.constantFrom(
          'transfer',
          'transfer',
          'transfer',
          'mint',
          'burn',
          'place',
          'capture',
          'release',
        ),
        from: fc.nat(5),
        to: fc.nat(5),
        amount: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 50_000 })),
        pick: fc.nat(1_000),
      }),
      { numRuns: 10_000, seed: 1 },
    );
    let reference = 0;
    for (let from = 0; from < random.length;) {
      // Runs of operations that one identity can give go into one transaction.
      const isMint = random[from].kind === 'mint';
      const run: { command: CommandInput; apply: (fields: Record<string, unknown>[]) => void }[] = [];
      for (; from < random.length && (random[from].kind === 'mint') === isMint && run.length < 200; from++) {
        const o = random[from];
        const giver = participant(at.homes[o.from].participant);
        const open = [...holds.keys()];
        const hold = open[o.pick % Math.max(1, open.length)] ?? 1;
        const add = <C extends CommandShape>(
          who: Giver,
          shape: C,
          args: object,
          apply: (fields: Record<string, unknown>[]) => void,
        ): void => {
          run.push({ command: at.world.command(who, shape, args as Args<C>), apply });
        };
        if (o.kind === 'mint') {
          add(
            host,
            sparkzMint,
            {
              unit: at.series,
              to: wallets[o.to],
              amountMicros: o.amount,
              receiptReference: `m-${reference++}`,
            },
            () => (minted += o.amount),
          );
        } else if (o.kind === 'burn') {
          add(
            giver,
            sparkzBurn,
            {
              unit: at.series,
              from: wallets[o.from],
              amountMicros: o.amount,
              payoutReference: `b-${reference++}`,
            },
            () => (minted -= o.amount),
          );
        } else if (o.kind === 'transfer') {
          add(
            giver,
            sparkzTransfer,
            { from: wallets[o.from], to: wallets[o.to], amountMicros: o.amount },
            () => undefined,
          );
        } else if (o.kind === 'place') {
          add(
            giver,
            holdPlace,
            {
              account: wallets[o.from],
              payee: wallets[o.to],
              amountMicros: o.amount,
              expiresAt: at.world.now + 1e9,
              purpose: 'test',
            },
            ([{ hold: made }]) =>
              holds.set(made as number, {
                account: wallets[o.from],
                payee: wallets[o.to],
                remaining: o.amount,
              }),
          );
        } else {
          const at_ = holds.get(hold);
          const owner = participant(at.homes[wallets.indexOf(at_?.payee ?? wallets[o.to])].participant);
          const change = ([{ remainingMicros }]: Record<string, unknown>[]): void => {
            if (remainingMicros === 0) holds.delete(hold);
            else (holds.get(hold) as { remaining: number }).remaining = remainingMicros as number;
          };
          if (o.kind === 'capture') add(owner, holdCapture, { hold, amountMicros: o.amount }, change);
          else add(owner, holdRelease, { hold }, change);
        }
      }
      const outcomes = await at.world.batch(
        host,
        run.map((r) => r.command),
      );
      outcomes.forEach((outcome, i) => {
        if (outcome.code === 'OK') run[i].apply(outcome.events.map((e) => e.fields));
      });
    }
    const accounts = await Promise.all(wallets.map((w) => at.account(w)));
    expect(minted).toBeGreaterThan(0);
    expect(accounts.reduce((sum, a) => sum + a.balance, 0)).toBe(minted);
    accounts.forEach((a, i) => {
      const held = [...holds.values()]
        .filter((h) => h.account === wallets[i])
        .reduce((sum, h) => sum + h.remaining, 0);
      expect(a.held).toBe(held);
      expect(a.balance - a.held).toBeGreaterThanOrEqual(0);
    });
  });
});
