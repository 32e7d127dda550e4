/** Group commit over a ledger that the test answers for. */
import { describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { Lanes } from '../../api/lanes/lanes.js';
import type { CommittedTransaction, Ledger, TransactionRequest } from '../../network/ledger.js';
import { encodeBatchEvent } from '../../schema/batch-event.js';
import type { CommandInput } from '../../schema/command.js';
import { GridbookError, type ErrorCode } from '../../schema/errors.js';
import { keyFromUuid } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { readBatch } from '../../schema/read-batch.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { sparkzTransfer } from '../../schema/trade/money.js';
import { instant } from '../../schema/units.js';

const HOST = { organisation: 'Brightwater', role: 'HOST' };
const OTHER = { organisation: 'Gridline', role: 'NETWORK_OPERATOR' };
const SHAPES = new Map(TRADE_COMMANDS.map((c) => [c.name, c]));

const command = (amountMicros: number, timeMs?: number): CommandInput => ({
  shape: sparkzTransfer,
  key: keyFromUuid(v7(timeMs === undefined ? undefined : { msecs: timeMs })),
  actor: 1,
  args: { from: 1, to: 2, amountMicros },
});

/** Answers each transaction when the test lets it; refuses amounts of 13. */
class HandLedger implements Ledger {
  readonly engine = 'embedded';
  readonly seen: { amounts: number[]; identity: TransactionRequest['identity'] }[] = [];
  fail: (amounts: number[]) => ErrorCode | undefined = () => undefined;
  private gate: Promise<void> = Promise.resolve();
  private open: () => void = () => undefined;

  hold(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }
  release(): void {
    this.open();
  }

  async submit({ lane, identity, args }: TransactionRequest): Promise<CommittedTransaction> {
    const { segments } = readBatch(args, SHAPES);
    const amounts = segments.flatMap((s) =>
      Array.from({ length: s.count }, (_, i) =>
        Array.isArray(s.columns[2]) ? (s.columns[2] as number[])[i] : (s.columns[2] as number),
      ),
    );
    this.seen.push({ amounts, identity });
    const block = this.seen.length;
    await this.gate;
    const code = this.fail(amounts);
    if (code) throw new GridbookError(code);
    const refused = amounts.flatMap((a, i) => (a === 13 ? [[i, 40, 'amountMicros'] as const] : []));
    const replayed = amounts.flatMap((a, i) => (a === 14 ? [[i, 7, 3, 0] as const] : []));
    const event = encodeBatchEvent({
      lane,
      leaf: block,
      ledgerTimeMs: 0,
      eventRoot: '',
      refused,
      replayed,
      events: [],
      accountPages: [],
    });
    return {
      transactionId: `t${block}`,
      block,
      index: 0,
      time: instant(0),
      organisation: identity.organisation,
      role: identity.role,
      lane,
      args,
      event,
      valid: true,
    };
  }
  async *blocks(): AsyncGenerator<never> {}
  height = (): number => this.seen.length;
  readState = (): Promise<undefined> => Promise.resolve(undefined);
  stateDigest = (): Promise<string> => Promise.resolve('');
  close = (): Promise<void> => Promise.resolve();
}

const open = (ledger: Ledger, more: Partial<ConstructorParameters<typeof Lanes>[0]> = {}): Lanes =>
  new Lanes({ ledger, events: TRADE_EVENTS, ...more });
const submit = (lanes: Lanes, amount: number, identity = HOST, lane = 'Brightwater') =>
  lanes.submit({ lane, identity, command: command(amount) });

describe('a lane', () => {
  test('sends a lone command at once, and what arrives meanwhile as one batch, in order', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    ledger.hold();
    const first = submit(lanes, 1);
    await Promise.resolve();
    await Promise.resolve();
    const rest = [2, 3, 4].map((a) => submit(lanes, a));
    expect(ledger.seen.map((s) => s.amounts)).toEqual([[1]]);
    ledger.release();
    await first;
    const outcomes = await Promise.all(rest);
    expect(ledger.seen.map((s) => s.amounts)).toEqual([[1], [2, 3, 4]]);
    expect(outcomes.map((o) => [o.receipt.transactionId, o.receipt.commandIndex])).toEqual([
      ['t2', 0],
      ['t2', 1],
      ['t2', 2],
    ]);
  });

  test('keeps the order of commands and mixes no identities in a transaction', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    await Promise.all([submit(lanes, 1), submit(lanes, 2), submit(lanes, 3, OTHER), submit(lanes, 4)]);
    expect(ledger.seen.map((s) => [s.identity.organisation, s.amounts])).toEqual([
      ['Brightwater', [1, 2]],
      ['Gridline', [3]],
      ['Brightwater', [4]],
    ]);
  });

  test('does not wait for another lane', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    ledger.hold();
    const both = [submit(lanes, 1), submit(lanes, 2, HOST, 'Elsewhere')];
    await Promise.resolve();
    await Promise.resolve();
    expect(ledger.seen.map((s) => s.amounts)).toEqual([[1], [2]]);
    ledger.release();
    await Promise.all(both);
  });

  test('gives each command its own outcome', async () => {
    const lanes = open(new HandLedger(), {
      findByLeaf: (_, leaf) =>
        Promise.resolve({ transactionId: `leaf-${leaf}`, block: 5, index: 1, timeMs: 9 }),
    });
    const [ok, refused, replayed] = await Promise.all([
      submit(lanes, 1),
      submit(lanes, 13),
      submit(lanes, 14),
    ]);
    expect(ok.refusal).toBeUndefined();
    expect(refused.refusal).toEqual({ code: 'INSUFFICIENT_FUNDS', field: 'amountMicros' });
    expect(replayed).toMatchObject({ replayed: true, receipt: { transactionId: 'leaf-7', commandIndex: 3 } });
  });

  test.each([
    'EVENT_TOO_LARGE',
    'TRANSACTION_TOO_LARGE',
    'PAGE_TOO_LARGE',
    'ARGUMENTS_TOO_LARGE',
    'BATCH_TOO_SPREAD',
  ] as const)('splits a batch that is refused with %s, and loses nothing', async (code) => {
    const ledger = new HandLedger();
    ledger.fail = (amounts) => (amounts.length > 2 ? code : undefined);
    const lanes = open(ledger);
    const outcomes = await lanes.submitBatch(
      'Brightwater',
      HOST,
      [1, 2, 3, 4, 5, 6, 7].map((a) => command(a)),
    );
    expect(outcomes).toHaveLength(7);
    expect(ledger.seen.filter((s) => s.amounts.length <= 2).flatMap((s) => s.amounts)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  test('a command that the ledger stumbles over holds up no other', async () => {
    const ledger = new HandLedger();
    ledger.fail = (amounts) => (amounts.includes(5) ? 'INTERNAL' : undefined);
    const lanes = open(ledger);
    const outcomes = await Promise.allSettled([1, 2, 5, 3, 4].map((a) => submit(lanes, a)));
    expect(outcomes.map((o) => o.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  test('tries again after a conflict, and gives up after some', async () => {
    const ledger = new HandLedger();
    let conflicts = 2;
    ledger.fail = () => (conflicts-- > 0 ? 'MVCC_CONFLICT' : undefined);
    const lanes = open(ledger);
    expect((await submit(lanes, 1)).refusal).toBeUndefined();
    conflicts = 100;
    await expect(submit(lanes, 1)).rejects.toMatchObject({ code: 'MVCC_CONFLICT' });
    expect(100 - conflicts).toBe(5);
  });

  test('a fault of the ledger reaches those whom it met, and the lane goes on', async () => {
    const ledger = new HandLedger();
    ledger.fail = (amounts) => (amounts.includes(5) ? 'LEDGER_UNAVAILABLE' : undefined);
    const lanes = open(ledger);
    await expect(submit(lanes, 5)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect((await submit(lanes, 6)).refusal).toBeUndefined();
  });

  test('sends what is not of its form nowhere', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    for (const amount of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
      await expect(submit(lanes, amount)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: 'amountMicros',
      });
    }
    expect(ledger.seen).toEqual([]);
  });

  test('puts keys of more than four quarters of a second into several transactions', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    const now = Math.floor(Date.now() / 250) * 250;
    await lanes.submitBatch(
      'Brightwater',
      HOST,
      [0, 1, 2, 3, 4, 5].map((n) => command(n + 1, now + n * 250)),
    );
    expect(ledger.seen.map((s) => s.amounts)).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });

  test('refuses what is too much, all or nothing, and recovers', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    ledger.hold();
    const many = lanes.submitBatch(
      'Brightwater',
      HOST,
      Array.from({ length: LIMITS.laneQueue }, () => command(1)),
    );
    await expect(lanes.submitBatch('Brightwater', HOST, [command(1)])).rejects.toMatchObject({
      code: 'OVERLOADED',
    });
    ledger.release();
    expect(await many).toHaveLength(LIMITS.laneQueue);
    expect((await submit(lanes, 1)).refusal).toBeUndefined();
    expect(Math.max(...ledger.seen.map((s) => s.amounts.length))).toBeLessThanOrEqual(LIMITS.batchCommands);
  });

  test('finishes what waits when it closes, and takes nothing more', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    const last = [1, 2, 3].map((a) => submit(lanes, a));
    await lanes.close();
    expect(await Promise.all(last)).toHaveLength(3);
    await expect(submit(lanes, 4)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });
});
