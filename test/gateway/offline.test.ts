/** Batches that an organisation signs for itself: their form, and what a gateway without Fabric says. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { encodeNodeId } from '../../api/node-id.js';
import { batchFor, offlineBatch, type BatchCommand } from '../../api/offline/batch.js';
import { LIMITS } from '../../schema/limits.js';
import { argsOf, keyOf } from '../../schema/read-batch.js';
import { keyFromUuid } from '../../schema/ids.js';
import { GatewayFixture } from './fixture.js';

const register = (participantId = 'p', idempotencyKey = v7()): BatchCommand => ({
  participantRegister: { idempotencyKey, participantId },
});
const account = (number: number, lane = 'SunCo'): string => encodeNodeId('Account', lane, number);
const transfer = (more: object = {}) => ({
  sparkzTransfer: {
    idempotencyKey: v7(),
    ...{ from: account(1), to: account(2), amountMicros: 5 },
    ...more,
  },
});
const refusal = (code: string, field: string) => expect.objectContaining({ code, field });
const give =
  (...commands: BatchCommand[]) =>
  () =>
    offlineBatch('SunCo', commands);

describe('a batch', () => {
  test('holds its commands in their order, each by whoever acts', () => {
    const key = v7();
    const actor = encodeNodeId('Participant', 'SunCo', 7);
    const batch = batchFor('SunCo', offlineBatch('SunCo', [register('p', key), { actor, ...transfer() }]));
    const [first, second] = batch.segments.map((segment) => ({ ...segment, shape: segment.shape! }));
    expect([batch.lane, batch.count, first.name, second.name]).toEqual([
      ...['SunCo', 2, 'participantRegister', 'sparkzTransfer'],
    ]);
    expect([keyOf(first, 0), first.actors, second.actors]).toEqual([keyFromUuid(key), 0, 7]);
    expect(argsOf(second, 0)).toEqual({ from: 1, to: 2, amountMicros: 5 });
  });

  test('is the same bytes whenever the same is asked for', () => {
    const commands = [register(), transfer()];
    expect(offlineBatch('SunCo', structuredClone(commands))).toEqual(offlineBatch('SunCo', commands));
  });

  test('is refused by the place of what is wrong', () => {
    expect(give()).toThrow(refusal('INVALID_INPUT', 'commands'));
    expect(give(register(), {})).toThrow(refusal('INVALID_INPUT', 'commands.1'));
    expect(give({ ...register(), ...transfer() })).toThrow(refusal('INVALID_INPUT', 'commands.0'));
    const amount = 'commands.1.sparkzTransfer.amountMicros';
    expect(give(register(), transfer({ amountMicros: -1 }))).toThrow(refusal('INVALID_INPUT', amount));
    expect(give(register(), transfer({ amountMicros: -1 }))).toThrow(
      expect.objectContaining({
        sentence: expect.stringContaining(`${amount} wants a whole number of micros`),
      }),
    );
    const key = 'commands.0.participantRegister.idempotencyKey';
    expect(give(register('p', 'none'))).toThrow(refusal('INVALID_INPUT', key));
  });

  test('is for the lane of whoever signs it, and for participants of that lane', () => {
    const elsewhere = transfer({ from: account(1, 'Other'), to: account(2, 'Other') });
    expect(give(elsewhere)).toThrow(refusal('NOT_FOUND', 'commands.0.sparkzTransfer.lane'));
    const actor = encodeNodeId('Participant', 'Other', 1);
    expect(give({ actor, ...register() })).toThrow(refusal('NOT_FOUND', 'commands.0.actor'));
  });

  test('of keys that lie too far apart is refused before it is signed', () => {
    const keys = Array.from({ length: LIMITS.batchBuckets + 1 }, (_, i) => v7({ msecs: 1e12 + 250 * i }));
    expect(give(...keys.map((each) => register('p', each)))).toThrow(refusal('BATCH_TOO_SPREAD', 'commands'));
  });

  test.each([
    [
      'of another lane',
      JSON.stringify([1, 'Other', [['participantRegister', 'k'.repeat(22), 0, null, 'p']]]),
    ],
    ['of a command that is not known', JSON.stringify([1, 'SunCo', [['later', 'k'.repeat(22), 0, null]]])],
    ['of nothing', JSON.stringify([1, 'SunCo', []])],
    ['of half a key', JSON.stringify([1, 'SunCo', [['participantRegister', 'k', 0, null, 'p']]])],
    ['of another form', '{}'],
    ['that is none', 'garbage'],
  ])('%s is not had endorsed', (_, text) => {
    expect(() => batchFor('SunCo', Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'PREPARATION_REFUSED' }),
    );
  });

  test.each([
    ['with a space before it', (text: string) => ` ${text}`],
    ['with a space within its beginning', (text: string) => text.replace(',', ', ')],
    ['with a letter of the lane as its code', (text: string) => text.replace('S', '\\u0053')],
    ['with a format of 1.0', (text: string) => text.replace('1', '1.0')],
  ])('%s is not had endorsed, though it says the same', (_, spelt) => {
    const text = Buffer.from(offlineBatch('SunCo', [register()])).toString();
    const other = spelt(text);
    expect(JSON.parse(other)).toEqual(JSON.parse(text));
    expect(batchFor('SunCo', Buffer.from(text)).count).toBe(1);
    expect(() => batchFor('SunCo', Buffer.from(other))).toThrow(
      expect.objectContaining({ code: 'PREPARATION_REFUSED' }),
    );
  });
});

describe('without a Fabric network', () => {
  let at: GatewayFixture;
  beforeAll(async () => {
    at = await GatewayFixture.open();
  });
  afterAll(() => at.close());

  test('nobody signs for itself, and is told so', async () => {
    const { offlineBatchSubmit: refused } = await at.data<Record<string, object>>(
      await at.token('HOST'),
      'mutation($i: OfflineBatchSubmitInput!) { offlineBatchSubmit(input: $i) { userErrors { code message } results { id } } }',
      { i: { transaction: 'AA==', signature: 'AA==' } },
    );
    const message = expect.stringContaining('on a Fabric network');
    expect(refused).toEqual({ userErrors: [{ code: 'OFFLINE_UNAVAILABLE', message }], results: [] });
  });

  test('bytes that are not in base64 are refused without a copy of them', async () => {
    const answer = await at.ask(
      await at.token('HOST'),
      'mutation($i: OfflineBatchSubmitInput!) { offlineBatchSubmit(input: $i) { userErrors { code } } }',
      { i: { transaction: 'not-base64!', signature: 'AA==' } },
    );
    expect(answer.errors?.[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(answer.text).not.toContain('not-base64');
  });
});
