/** K1: every command carries a client-made id; the same again is never done twice. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Args } from '../../schema/command.js';
import { sparkzTransfer } from '../../schema/trade/money.js';
import { Community } from './community.js';
import { participant, uuidAt } from './world.js';

let at: Community;
afterEach(() => at.world.close());

const HOUR = 3_600_000;
const transfer = (key: string, amountMicros: number, home = 0) =>
  at.world.give(
    participant(at.homes[home].participant),
    sparkzTransfer,
    { from: at.homes[home].wallet, to: at.homes[1 - home].wallet, amountMicros } as Args<
      typeof sparkzTransfer
    >,
    key,
  );

describe('K1 idempotency', () => {
  test('the same command again gives the first result and moves nothing', async () => {
    at = await Community.open({ homes: 2 });
    await at.mint(0, 1_000);
    const key = uuidAt(at.world.now);
    expect((await transfer(key, 100)).code).toBe('OK');
    for (let i = 0; i < 3; i++) expect((await transfer(key, 100)).code).toBe('REPLAYED');
    expect((await at.account(at.homes[1].wallet)).balance).toBe(100);
  });

  test('a refusal is remembered too', async () => {
    at = await Community.open({ homes: 2 });
    const key = uuidAt(at.world.now);
    expect((await transfer(key, 100)).code).toBe('INSUFFICIENT_FUNDS');
    await at.mint(0, 1_000);
    expect((await transfer(key, 100)).code).toBe('REPLAYED');
    expect((await at.account(at.homes[1].wallet)).balance).toBe(0);
  });

  test('the same key with other content is a conflict; of another participant it is another key', async () => {
    at = await Community.open({ homes: 2 });
    await at.mint(0, 1_000);
    await at.mint(1, 1_000);
    const key = uuidAt(at.world.now);
    expect((await transfer(key, 100)).code).toBe('OK');
    expect((await transfer(key, 101)).code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await transfer(key, 100, 1)).code).toBe('OK');
  });

  test('a repetition within one transaction counts as one', async () => {
    at = await Community.open({ homes: 2 });
    await at.mint(0, 1_000);
    const giver = participant(at.homes[0].participant);
    const command = at.world.command(giver, sparkzTransfer, {
      from: at.homes[0].wallet,
      to: at.homes[1].wallet,
      amountMicros: 10,
    } as Args<typeof sparkzTransfer>);
    const outcomes = await at.world.batch(giver, [command, command, command]);
    expect(outcomes.map((o) => o.code)).toEqual(['OK', 'REPLAYED', 'REPLAYED']);
    expect((await at.account(at.homes[1].wallet)).balance).toBe(10);
  });

  test('the memory lasts 24 hours by the key’s own time, and keys from outside are refused', async () => {
    at = await Community.open({ homes: 2 });
    await at.mint(0, 1_000);
    const made = at.world.now;
    const key = uuidAt(made);
    expect((await transfer(key, 100)).code).toBe('OK');
    at.world.at(made + 23.9 * HOUR);
    expect((await transfer(key, 100)).code).toBe('REPLAYED');
    at.world.at(made + 24.1 * HOUR);
    expect((await transfer(key, 100)).code).toBe('IDEMPOTENCY_KEY_EXPIRED');
    expect((await transfer(uuidAt(at.world.now + 0.3 * HOUR), 100)).code).toBe('IDEMPOTENCY_KEY_EXPIRED');
    expect((await at.account(at.homes[1].wallet)).balance).toBe(100);
  });

  test('keys spread over more than four quarters of a second are more than one transaction may touch', async () => {
    at = await Community.open({ homes: 2 });
    const giver = participant(at.homes[0].participant);
    const commands = [0, 300, 600, 900, 1_200].map((ms) =>
      at.world.command(
        giver,
        sparkzTransfer,
        { from: at.homes[0].wallet, to: at.homes[1].wallet, amountMicros: 1 } as Args<typeof sparkzTransfer>,
        uuidAt(at.world.now - ms),
      ),
    );
    await expect(at.world.batch(giver, commands)).rejects.toMatchObject({ code: 'BATCH_TOO_SPREAD' });
  });
});
