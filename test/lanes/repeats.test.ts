/** K1 at the lane: a command given again answers its first outcome. */
import { describe, expect, test } from '@jest/globals';
import { Lanes } from '../../api/lanes/lanes.js';
import type { CommandOutcome, TransactionPlace } from '../../api/lanes/outcome.js';
import type { CommandInput } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { command, HandLedger } from './hand-ledger.js';

const LANE = 'Brightwater';
const HOST = { organisation: LANE, role: 'HOST' };
const give = (lanes: Lanes, one: CommandInput): Promise<CommandOutcome> =>
  lanes.submit({ lane: LANE, identity: HOST, command: one });
const open = (ledger: HandLedger, findByLeaf?: ConstructorParameters<typeof Lanes>[0]['findByLeaf']): Lanes =>
  new Lanes({ ledger, events: TRADE_EVENTS, findByLeaf });
const whole = ({ receipt, refusal, events }: CommandOutcome): object => ({ receipt, refusal, events });

describe('a command given again', () => {
  test.each([1, 13])('of amount %d has its first receipt, refusal and events', async (amount) => {
    const lanes = open(new HandLedger());
    const one = command(amount);
    const [, first] = await Promise.all([give(lanes, command(2)), give(lanes, one)]);
    await give(lanes, command(3));
    const again = await give(lanes, one);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(whole(again)).toEqual(whole(first));
    expect(again.receipt).toMatchObject({ transactionId: 't0', commandIndex: 1 });
  });

  test('in the same transaction is a repetition of its neighbour', async () => {
    const lanes = open(new HandLedger());
    const one = command(5);
    const [first, other, again] = await lanes.submitBatch(LANE, HOST, [one, command(6), one]);
    expect([first.replayed, other.replayed, again.replayed]).toEqual([false, false, true]);
    expect(whole(again)).toEqual(whole(first));
  });

  test('after a restart is found by its leaf, as the read model knows it', async () => {
    const ledger = new HandLedger();
    const one = command(7);
    const first = await give(open(ledger), one);
    const asked: [string, number][] = [];
    const lanes = open(ledger, (lane, leaf) => {
      asked.push([lane, leaf]);
      const { transactionId, block, index, timeMs } = first.receipt;
      return Promise.resolve<TransactionPlace>({ transactionId, block, index, timeMs });
    });
    expect(whole(await give(lanes, one))).toEqual(whole(first));
    expect(asked).toEqual([[LANE, 0]]);
  });

  test.each([
    ['is not known', () => Promise.resolve(undefined)],
    ['cannot be looked up', () => Promise.reject(new Error('no database'))],
    [
      'is said to be where another stands',
      () => Promise.resolve({ transactionId: 'x', block: 1, index: 0, timeMs: 0 }),
    ],
    [
      'is said to be where nothing stands yet',
      () => Promise.resolve({ transactionId: 'x', block: 9, index: 0, timeMs: 0 }),
    ],
  ])('whose first place %s still tells whether it was applied', async (_, findByLeaf) => {
    const ledger = new HandLedger();
    const [applied, refused] = [command(1), command(13)];
    await open(ledger).submitBatch(LANE, HOST, [applied, refused]);
    await give(open(ledger), command(2));
    const outcomes = await open(ledger, findByLeaf).submitBatch(LANE, HOST, [applied, refused, command(3)]);
    expect(outcomes.map((o) => [o.replayed, o.refusal?.code, o.receipt.transactionId])).toEqual([
      [true, undefined, 't2'],
      [true, 'INSUFFICIENT_FUNDS', 't2'],
      [false, undefined, 't2'],
    ]);
  });

  test('whose block cannot be read fails neither itself nor its neighbours', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    const one = command(1);
    await give(lanes, one);
    ledger.isReadable = false;
    const [again, fresh] = await lanes.submitBatch(LANE, HOST, [one, command(2)]);
    expect(again).toMatchObject({ replayed: true, receipt: { transactionId: 't1', commandIndex: 0 } });
    expect(fresh).toMatchObject({ replayed: false, events: [{ fields: { hold: 2 } }] });
  });

  test('holds the lane up for nobody, and is answered before the lanes close', async () => {
    const ledger = new HandLedger();
    const one = command(1);
    await give(open(ledger), one);
    let found: () => void = () => undefined;
    const looking = new Promise<undefined>((resolve) => (found = () => resolve(undefined)));
    const lanes = open(ledger, () => looking);
    let isAnswered = false;
    const again = give(lanes, one).then((outcome) => {
      isAnswered = true;
      return outcome;
    });
    expect((await give(lanes, command(2))).receipt.block).toBeGreaterThan(0);
    expect(isAnswered).toBe(false);
    let isClosed = false;
    const closing = lanes.close().then(() => (isClosed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    found();
    await closing;
    expect((await again).replayed).toBe(true);
  });

  test('long after is no longer at hand: the oldest places are forgotten first', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    const [old, recent] = [command(1), command(2)];
    await give(lanes, old);
    for (let i = 0; i < LIMITS.rememberedTransactions - 1; i++) await give(lanes, command(3));
    const first = await give(lanes, recent);
    expect((await give(lanes, recent)).receipt).toEqual(first.receipt);
    const { replayed, receipt } = await give(lanes, old);
    expect([replayed, receipt.transactionId]).toEqual([true, `t${ledger.height() - 1}`]);
  });
});
