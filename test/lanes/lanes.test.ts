/** Group commit over a ledger that the test answers for. */
import { describe, expect, test } from '@jest/globals';
import { Lanes } from '../../api/lanes/lanes.js';
import type { Ledger } from '../../network/ledger.js';
import type { CommandInput } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { tariffPublish } from '../../schema/trade/market.js';
import { readingsRecord } from '../../schema/trade/metering.js';
import { command, HandLedger } from './hand-ledger.js';

const HOST = { organisation: 'Brightwater', role: 'HOST' };
const OTHER = { organisation: 'Gridline', role: 'NETWORK_OPERATOR' };

const open = (ledger: Ledger, more: Partial<ConstructorParameters<typeof Lanes>[0]> = {}): Lanes =>
  new Lanes({ ledger, events: TRADE_EVENTS, ...more });
const readings = (count: number, wh = 1): CommandInput => ({
  ...command(1),
  actor: 0,
  shape: readingsRecord,
  args: {
    network: 1,
    start: 0,
    durationSeconds: 900,
    source: 'file',
    rows: {
      connection: Array.from({ length: count }, (_, i) => 2 ** 40 - i),
      importWh: Array.from({ length: count }, () => wh),
      exportWh: Array.from({ length: count }, () => wh),
      quality: Array.from({ length: count }, () => 'ACTUAL'),
    },
  },
});
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
      ['t1', 0],
      ['t1', 1],
      ['t1', 2],
    ]);
  });

  test('keeps the order of one’s commands and mixes no identities in a transaction', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    await Promise.all([submit(lanes, 1), submit(lanes, 2), submit(lanes, 3, OTHER), submit(lanes, 4)]);
    expect(ledger.seen.map((s) => [s.identity.organisation, s.amounts])).toEqual([
      ['Brightwater', [1, 2, 4]],
      ['Gridline', [3]],
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

  test('gives each command its own outcome, its events and its place', async () => {
    const lanes = open(new HandLedger());
    const [ok, refused, last] = await Promise.all([submit(lanes, 1), submit(lanes, 13), submit(lanes, 3)]);
    expect(ok).toMatchObject({ replayed: false, events: [{ name: 'holdPlaced', fields: { hold: 1 } }] });
    expect(ok.refusal).toBeUndefined();
    expect(refused).toMatchObject({
      events: [],
      refusal: { code: 'INSUFFICIENT_FUNDS', field: 'amountMicros' },
    });
    expect(last).toMatchObject({
      events: [{ name: 'holdPlaced', fields: { hold: 3 } }],
      receipt: { transactionId: 't0', block: 0, index: 0, commandIndex: 2, timeMs: 1_000 },
    });
  });

  test.each([
    'EVENT_TOO_LARGE',
    'TRANSACTION_TOO_LARGE',
    'WORK_LIMIT',
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

  test('a key that is none, and an actor that is none, spoil nobody else’s transaction', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    const give = (wrong: object) =>
      lanes.submit({ lane: 'Brightwater', identity: HOST, command: { ...command(1), ...wrong } });
    const good = submit(lanes, 2);
    for (const key of ['', 'short', '!'.repeat(22), 'a'.repeat(22), `${command(1).key}a`]) {
      await expect(give({ key })).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'idempotencyKey' });
    }
    for (const actor of [-1, 0.5, Number.NaN, 2 ** 53]) {
      await expect(give({ actor })).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'actor' });
    }
    expect((await good).refusal).toBeUndefined();
    expect(ledger.seen.map((s) => s.amounts)).toEqual([[2]]);
  });

  test('sends no table that is none, and names the row that is wrong', async () => {
    const lanes = open(new HandLedger());
    const give = (change: object) => {
      const { args, ...rest } = readings(3);
      const wrong = { ...rest, args: { ...args, rows: { ...(args.rows as object), ...change } } };
      return lanes.submit({ lane: 'Brightwater', identity: HOST, command: wrong });
    };
    for (const [change, field] of [
      [{ importWh: [1, -1, 1] }, 'importWh.1'],
      [{ quality: ['ACTUAL', 'ACTUAL', 'GUESSED'] }, 'quality.2'],
      [{ importWh: [1, 1] }, 'rows'],
      [{ importWh: undefined }, 'rows'],
      [{ connection: [], importWh: [], exportWh: [], quality: [] }, 'rows'],
    ] as const) {
      await expect(give(change)).rejects.toMatchObject({ code: 'INVALID_INPUT', field });
    }
  });

  test('a value of another kind is refused by name, whatever the field’s kind', async () => {
    const lanes = open(new HandLedger());
    const lines = [
      { lineId: 'a', payee: 1, basis: 'DAY', rateMicros: 1, taxCode: 'x', staysPayableOnTraded: true },
    ];
    const give = (args: object) =>
      lanes.submit({
        lane: 'Brightwater',
        identity: HOST,
        command: {
          ...command(1),
          shape: tariffPublish,
          args: { tariffId: 't', effectiveFrom: 0, lines, ...args },
        },
      });
    for (const wrong of [null, undefined, 7, 'text', [null], [7], [{ ...lines[0], basis: 'NONE' }]]) {
      await expect(give({ lines: wrong })).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'lines' });
    }
    for (const wrong of [null, undefined, 7, {}, 'a b']) {
      await expect(give({ tariffId: wrong })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: 'tariffId',
      });
    }
  });

  test('a command over its size goes nowhere; the largest table that a command may have goes through', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    const give = (rows: number, maxRows: number) => {
      const { shape, ...rest } = readings(rows, LIMITS.intervalWh);
      return lanes.submit({
        lane: 'Brightwater',
        identity: HOST,
        command: { ...rest, shape: { ...shape, maxRows } },
      });
    };
    await expect(give(1_600, 1_600)).rejects.toMatchObject({ code: 'COMMAND_TOO_LARGE' });
    expect(ledger.seen).toEqual([]);
    await give(LIMITS.readingsPerCommand, LIMITS.readingsPerCommand);
    expect(ledger.seen).toHaveLength(1);
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

  test('refuses more bytes than may wait, and recovers', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    ledger.hold();
    const first = submit(lanes, 1);
    // Well below the number of commands that may wait.
    const large = Array.from({ length: 1_200 }, () => readings(1_500, LIMITS.intervalWh));
    await expect(lanes.submitBatch('Brightwater', HOST, large)).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(lanes.waiting).toBe(0);
    ledger.release();
    await first;
    expect((await submit(lanes, 2)).refusal).toBeUndefined();
  });

  test('lets a lane go when nothing waits: naming many locks nobody out', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    for (let i = 0; i <= LIMITS.lanes; i++) await submit(lanes, 1, HOST, `Lane${i}`);
    expect(ledger.seen).toHaveLength(LIMITS.lanes + 1);
  });

  test('refuses to work in more lanes at a time than it may', async () => {
    const ledger = new HandLedger();
    const lanes = open(ledger);
    ledger.hold();
    const busy = Array.from({ length: LIMITS.lanes }, (_, i) => submit(lanes, 1, HOST, `Lane${i}`));
    await expect(submit(lanes, 1, HOST, 'OneMore')).rejects.toMatchObject({ code: 'OVERLOADED' });
    const more = submit(lanes, 2, HOST, 'Lane0');
    ledger.release();
    expect((await more).refusal).toBeUndefined();
    await Promise.all(busy);
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
