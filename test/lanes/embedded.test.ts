/** Lanes over the real ledger with the real rules. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Lanes } from '../../api/lanes/lanes.js';
import type { CommandInput } from '../../schema/command.js';
import { decodeBatchEvent } from '../../schema/batch-event.js';
import { keyFromUuid } from '../../schema/ids.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { sparkzTransfer } from '../../schema/trade/money.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { Community } from '../scenarios/community.js';
import { HOST, uuidAt } from '../scenarios/world.js';

const IDENTITY = { organisation: HOST, role: 'HOST' };
let at: Community;
let lanes: Lanes;
beforeEach(async () => {
  at = await Community.open({ homes: 2 });
  await at.mint(0, 10_000);
  lanes = new Lanes({ ledger: at.world.ledger, events: TRADE_EVENTS });
});
afterEach(async () => {
  await lanes.close();
  await at.world.close();
});

const transfer = (amountMicros: number, timeMs = at.world.now): CommandInput => ({
  shape: sparkzTransfer,
  key: keyFromUuid(uuidAt(timeMs)),
  actor: at.homes[0].participant,
  args: { from: at.homes[0].wallet, to: at.homes[1].wallet, amountMicros },
});
const register = (participantId: string): CommandInput => ({
  shape: participantRegister,
  key: keyFromUuid(uuidAt(at.world.now)),
  actor: 0,
  args: { participantId },
});
const give = (command: CommandInput) => lanes.submit({ lane: HOST, identity: IDENTITY, command });
const balances = async (): Promise<number[]> => [
  (await at.account(at.homes[0].wallet)).balance,
  (await at.account(at.homes[1].wallet)).balance,
];

describe('commands through a lane', () => {
  test('that arrive together stand in one transaction, each with its own outcome', async () => {
    const outcomes = await Promise.all([give(transfer(4_000)), give(transfer(7_000)), give(transfer(6_000))]);
    expect(outcomes.map((o) => o.refusal?.code)).toEqual([undefined, 'INSUFFICIENT_FUNDS', undefined]);
    expect(new Set(outcomes.map((o) => o.receipt.transactionId)).size).toBe(1);
    expect(outcomes.map((o) => o.receipt.commandIndex)).toEqual([0, 1, 2]);
    expect(await balances()).toEqual([0, 10_000]);
  });

  test('stand where their receipts say', async () => {
    const { receipt } = await give(transfer(1));
    expect(receipt.block).toBe(at.world.ledger.height() - 1);
    for await (const { number, transactions } of at.world.ledger.blocks(receipt.block)) {
      expect([number, transactions[receipt.index].transactionId]).toEqual([
        receipt.block,
        receipt.transactionId,
      ]);
      break;
    }
  });

  test('give the numbers of what they made, again and again, and make it once', async () => {
    const one = register('new-home');
    const first = await give(one);
    const height = at.world.ledger.height();
    const again = await give(one);
    expect(first.events).toEqual([
      { name: 'participantRegistered', fields: { participant: first.events[0].fields.participant } },
    ]);
    expect([again.replayed, again.receipt, again.events]).toEqual([true, first.receipt, first.events]);
    // The repetition is a transaction of its own, and says so.
    for await (const { transactions } of at.world.ledger.blocks(height)) {
      expect(decodeBatchEvent(transactions[0].event).replayed).toHaveLength(1);
      break;
    }
  });

  test('refused once are refused again with the same field', async () => {
    const one = transfer(10_001);
    const first = await give(one);
    await at.mint(0, 1_000_000);
    const again = await give(one);
    expect(first.refusal).toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
    expect([again.refusal, again.receipt]).toEqual([first.refusal, first.receipt]);
  });

  test('whose keys lie seconds apart all go through', async () => {
    const outcomes = await lanes.submitBatch(
      HOST,
      IDENTITY,
      Array.from({ length: 40 }, (_, i) => transfer(1, at.world.now - i * 1_000)),
    );
    expect(outcomes.filter((o) => o.refusal)).toEqual([]);
    expect(new Set(outcomes.map((o) => o.receipt.transactionId)).size).toBe(10);
    expect(await balances()).toEqual([9_960, 40]);
  });

  test('of thousands at once keep order and money', async () => {
    const outcomes = await lanes.submitBatch(
      HOST,
      IDENTITY,
      Array.from({ length: 3_000 }, () => transfer(3)),
    );
    expect(outcomes.filter((o) => o.refusal)).toEqual([]);
    const places = outcomes.map((o) => o.receipt.block * 100_000 + o.receipt.commandIndex);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(await balances()).toEqual([1_000, 9_000]);
  });
});
