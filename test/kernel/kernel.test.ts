/** The kernel by itself, over a state in memory: K1–K3, K7–K9 and the log. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { Kernel } from '../../chaincode/kernel/execute.js';
import { PARTICIPANTS } from '../../chaincode/kernel/participants.js';
import { Registry, rule } from '../../chaincode/kernel/registry.js';
import type { StatePort } from '../../chaincode/kernel/state-port.js';
import {
  appendLeaf,
  frontierRoot,
  hashFromHex,
  hashToHex,
  leafHash,
  rootOf,
  type Hash,
} from '../../chaincode/kernel/tree.js';
import { require } from '../../chaincode/kernel/unit-of-work.js';
import { decodeBatchEvent, type BatchEvent } from '../../schema/batch-event.js';
import { command, encodeBatch, type CommandInput } from '../../schema/command.js';
import { errorCodeOf } from '../../schema/errors.js';
import { field } from '../../schema/fields.js';
import { keyFromUuid } from '../../schema/ids.js';
import { uuidAt } from '../scenarios/world.js';

const START = 1_748_736_000_000;
const LANE = 'Brightwater';
const move = command({
  name: 'move',
  ledger: 'test',
  doc: 'Moves, and fails after it where told.',
  fields: {
    from: field.number('a'),
    to: field.number('b'),
    amount: field.positiveMicros('c'),
    fail: field.flag('d'),
  },
  moves: { from: 'from', to: 'to', amount: 'amount' },
});
const make = command({
  name: 'make',
  ledger: 'test',
  doc: 'Opens an account, with money out of nothing where told.',
  fields: { account: field.number('a'), money: field.micros('b') },
});

const registry = new Registry([
  rule(move, { roles: ['HOST'], consent: 'none', reason: false }, (c, args) => {
    c.accounts.move(args.from, args.to, args.amount);
    c.next('moves');
    c.names.add('move', c.key, 1);
    require(!args.fail, 'WRONG_STATE', 'fail');
  }),
  rule(make, { roles: ['HOST'], consent: 'none', reason: false }, (c, args) => {
    c.accounts.open(args.account, {
      unit: 1,
      owner: 0,
      organisation: c.organisation,
      kind: 0,
      floor: args.account === 1 ? Number.MIN_SAFE_INTEGER : 0,
    });
    c.records.put(PARTICIPANTS, args.account, { id: 'x', host: 1, active: 1 });
    if (args.money !== 0) c.accounts.post(args.account, args.money);
  }),
]);

/** A state in memory that shows a transaction what was committed before it. */
class Memory {
  readonly state = new Map<string, Uint8Array>();
  timeMs = START;
  constructor(private readonly kernel = new Kernel(registry)) {}

  async run(
    args: Uint8Array,
    creator = { organisation: LANE, role: 'HOST' },
    kernel = this.kernel,
  ): Promise<BatchEvent> {
    const writes = new Map<string, Uint8Array>();
    let event: Uint8Array | undefined;
    const port: StatePort = {
      transactionId: 't',
      timeMs: this.timeMs,
      creator,
      getState: (key) => this.state.get(key),
      putState: (key, value) => {
        if (writes.has(key)) throw new Error(`${key} is written twice`);
        writes.set(key, Buffer.from(value));
      },
      setEvent: (payload) => (event = payload),
    };
    await kernel.execute(port, args);
    if ([...writes.keys()].join() !== [...writes.keys()].sort().join())
      throw new Error('writes are out of order');
    for (const [key, value] of writes) this.state.set(key, value);
    return decodeBatchEvent(event as Uint8Array);
  }

  give(...commands: CommandInput[]): Promise<BatchEvent> {
    return this.run(encodeBatch(LANE, commands));
  }

  balances(): number[] {
    const page = this.state.get(`${LANE}/acct/0`);
    return page ? (JSON.parse(Buffer.from(page).toString()) as number[][])[1] : [];
  }
}
const of = (shape: typeof move | typeof make, args: object, uuid = uuidAt(START)): CommandInput => ({
  shape: shape as never,
  key: keyFromUuid(uuid),
  actor: 0,
  args: args as Record<string, unknown>,
});
const open = async (): Promise<Memory> => {
  const at = new Memory();
  await at.give(...[1, 2, 3, 4].map((account) => of(make, { account, money: 0 })));
  return at;
};
const codes = (event: BatchEvent): string[] =>
  event.refused.map(([, number]) => errorCodeOf(number) as string);

describe('a unit of work', () => {
  test('that is refused leaves no trace but its refusal', async () => {
    const [one, two] = [await open(), await open()];
    const good = uuidAt(START);
    await one.give(of(move, { from: 1, to: 2, amount: 5, fail: false }, good));
    await two.give(of(move, { from: 1, to: 2, amount: 5, fail: false }, good));
    const event = await one.give(of(move, { from: 1, to: 2, amount: 7, fail: true }));
    expect(codes(event)).toEqual(['WRONG_STATE']);
    const kept = (m: Memory): string[] =>
      [...m.state]
        .filter(([key]) => !/\/(head|id|idh)\//.test(key))
        .map(([key, value]) => `${key} ${Buffer.from(value).toString()}`)
        .sort();
    expect(kept(one)).toEqual(kept(two));
    const counters = (m: Memory): unknown =>
      (JSON.parse(Buffer.from(m.state.get(`${LANE}/head/0`) as Uint8Array).toString()) as unknown[]).slice(
        4,
        6,
      );
    expect(counters(one)).toEqual(counters(two));
  });

  test('does not fail its batch', async () => {
    const at = await open();
    const event = await at.give(
      ...[1, 2, 3].map((amount) => of(move, { from: 1, to: 2, amount, fail: amount === 2 })),
    );
    expect(event.refused.map(([index]) => index)).toEqual([1]);
    expect(at.balances().slice(1, 3)).toEqual([-4, 4]);
  });

  test('K2 that does not balance is refused', async () => {
    const at = await open();
    expect(codes(await at.give(of(make, { account: 9, money: 5 })))).toEqual(['POSTINGS_UNBALANCED']);
    expect(at.balances()).toHaveLength(5);
  });

  test('K8 an amount that would leave the safe range is refused', async () => {
    const at = await open();
    const most = Number.MAX_SAFE_INTEGER;
    expect(
      codes(
        await at.give(
          of(move, { from: 1, to: 2, amount: most, fail: false }),
          of(move, { from: 1, to: 2, amount: 1, fail: false }),
        ),
      ),
    ).toEqual(['AMOUNT_OUT_OF_RANGE']);
  });
});

describe('K7 the same batch on the same state gives the same bytes', () => {
  test('with a kernel that remembers pages and with one that does not', async () => {
    const warm = new Memory();
    const cold = new Memory();
    const batches = [[1, 2, 3, 4].map((account) => of(make, { account, money: 0 }))];
    for (let b = 0; b < 12; b++) {
      batches.push(
        Array.from({ length: 30 }, (_, i) =>
          of(move, {
            from: 1 + ((b + i) % 4),
            to: 1 + ((b * i + i + 1) % 4),
            amount: 1 + i,
            fail: i % 7 === 0,
          }),
        ),
      );
    }
    for (const batch of batches) {
      const args = encodeBatch(LANE, batch);
      const [a, b] = [await warm.run(args), await cold.run(args, undefined, new Kernel(registry))];
      expect(a).toEqual(b);
    }
    expect([...warm.state]).toEqual([...cold.state]);
  });

  test('a reference model of balances agrees, however the commands are cut into batches', async () => {
    const operation = fc.record({
      from: fc.integer({ min: 1, max: 4 }),
      to: fc.integer({ min: 1, max: 4 }),
      amount: fc.integer({ min: 1, max: 50 }),
      fail: fc.boolean(),
      again: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 5, maxLength: 5 }),
        async (operations, sizes) => {
          const at = await open();
          const model = [0, 0, 0, 0, 0];
          const list: CommandInput[] = [];
          for (const o of operations) {
            const next = of(move, { from: o.from, to: o.to, amount: o.amount, fail: o.fail });
            list.push(next);
            if (o.again) list.push(next);
            const isDone = !o.fail && o.from !== o.to && (o.from === 1 || model[o.from] >= o.amount);
            if (isDone) {
              model[o.from] -= o.amount;
              model[o.to] += o.amount;
            }
          }
          for (let from = 0, n = 0; from < list.length; n++) {
            const to = from + sizes[n % sizes.length];
            await at.give(...list.slice(from, to));
            from = to;
          }
          expect(at.balances()).toEqual(model);
        },
      ),
      { numRuns: 100, seed: 17 },
    );
  });
});

describe('what is no batch', () => {
  const good = encodeBatch(LANE, [of(make, { account: 5, money: 0 })]);
  test('is refused whole, by name, whatever its bytes', async () => {
    const at = await open();
    const before = new Map(at.state);
    const names = new Set([
      'MALFORMED_BATCH',
      'UNKNOWN_FORMAT',
      'ARGUMENTS_TOO_LARGE',
      'WRONG_LANE',
      'BATCH_TOO_SPREAD',
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.json().map((text) => Buffer.from(text)),
          fc
            .tuple(fc.nat(good.length - 1), fc.nat(255))
            .map(([i, byte]) => Object.assign(Buffer.from(good), { [i]: byte })),
        ),
        async (bytes) => {
          try {
            await at.run(bytes);
            // It was a batch after all: of other values, or refused command by command.
            at.state.clear();
            for (const [key, value] of before) at.state.set(key, value);
          } catch (error) {
            expect(names).toContain((error as { code?: string }).code);
          }
        },
      ),
      { numRuns: 1_000, seed: 19 },
    );
    expect([...at.state]).toEqual([...before]);
  });

  test.each([
    ['another format', [2, LANE, []], 'UNKNOWN_FORMAT'],
    ['no command', [1, LANE, []], 'MALFORMED_BATCH'],
    [
      'a lane with a slash',
      [1, 'a/b', [['make', keyFromUuid(uuidAt(START)), 0, null, 5, 0]]],
      'MALFORMED_BATCH',
    ],
    [
      'a signature before anybody can have a key',
      [1, LANE, [['make', keyFromUuid(uuidAt(START)), 0, ['x'], 5, 0]]],
      'MALFORMED_BATCH',
    ],
    ['a column too few', [1, LANE, [['make', keyFromUuid(uuidAt(START)), 0, null, 5]]], 'MALFORMED_BATCH'],
    ['half a key', [1, LANE, [['make', 'abc', 0, null, 5, 0]]], 'MALFORMED_BATCH'],
    [
      'a name with a quote',
      [1, LANE, [['ma"ke', keyFromUuid(uuidAt(START)), 0, null, 5, 0]]],
      'MALFORMED_BATCH',
    ],
  ])('%s', async (_, value, code) => {
    const at = await open();
    await expect(at.run(Buffer.from(JSON.stringify(value)))).rejects.toMatchObject({ code });
  });

  test.each([
    ['a space before it', (text: string) => ` ${text}`],
    ['a space after its bracket', (text: string) => text.replace('[', '[ ')],
    ['a space before the lane', (text: string) => text.replace(',', ', ')],
    ['a space after the lane', (text: string) => text.replace('",', '" ,')],
    ['a line break before the format', (text: string) => text.replace('[', '[\n')],
    ['a letter of the lane as its code', (text: string) => text.replace('B', '\\u0042')],
    ['a format of 1.0', (text: string) => text.replace('1', '1.0')],
    ['a format of 1e0', (text: string) => text.replace('1', '1e0')],
  ])('is what begins with %s: nothing of it stands', async (_, spelt) => {
    const at = await open();
    const before = new Map(at.state);
    const text = Buffer.from(good).toString();
    const other = spelt(text);
    expect(JSON.parse(other)).toEqual(JSON.parse(text));
    await expect(at.run(Buffer.from(other))).rejects.toMatchObject({ code: 'MALFORMED_BATCH' });
    expect([...at.state]).toEqual([...before]);
    expect(codes(await at.run(Buffer.from(text)))).toEqual([]);
  });

  test.each([
    ['an unknown command', ['vanish', 0, null, 5, 0], 'UNKNOWN_COMMAND'],
    ['text for a number', ['make', 0, null, 'x', 0], 'INVALID_INPUT'],
    ['a fraction', ['make', 0, null, 5.5, 0], 'INVALID_INPUT'],
    ['a number beyond 2^53', ['make', 0, null, 2 ** 60, 0], 'INVALID_INPUT'],
    ['a negative actor', ['make', -3, null, 5, 0], 'INVALID_INPUT'],
  ])('%s is refused by itself', async (_, [name, actor, ...rest], code) => {
    const at = await open();
    expect(
      codes(
        await at.run(
          Buffer.from(JSON.stringify([1, LANE, [[name, keyFromUuid(uuidAt(START)), actor, ...rest]]])),
        ),
      ),
    ).toEqual([code]);
  });
});

describe('ledger time', () => {
  test('never runs back; a transaction older than the last by more than 15 minutes is refused', async () => {
    const at = await open();
    at.timeMs = START + 60 * 60_000;
    const later = await at.give(of(move, { from: 1, to: 2, amount: 1, fail: false }));
    at.timeMs = START + 46 * 60_000;
    expect(
      (await at.give(of(move, { from: 1, to: 2, amount: 1, fail: false }, uuidAt(START + 50 * 60_000))))
        .ledgerTimeMs,
    ).toBe(later.ledgerTimeMs);
    at.timeMs = START + 44 * 60_000;
    await expect(at.give(of(move, { from: 1, to: 2, amount: 1, fail: false }))).rejects.toMatchObject({
      code: 'TIME_SKEW',
    });
  });
});

describe('the log of RFC 9162', () => {
  const sha = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
  /** MTH as the RFC writes it down: split at the largest power of two below n. */
  function mth(leaves: readonly string[]): Buffer {
    if (leaves.length === 0) return sha();
    if (leaves.length === 1) return sha(Buffer.of(0), Buffer.from(leaves[0]));
    let k = 1;
    while (k * 2 < leaves.length) k *= 2;
    return sha(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
  }
  test('root and growing frontier are those of the definition, for every size up to 70', () => {
    const leaves: string[] = [];
    let frontier: Hash[] = [];
    for (let n = 0; n <= 70; n++) {
      const root = mth(leaves).toString('hex');
      expect(hashToHex(rootOf(leaves.map(leafHash)))).toBe(root);
      expect(hashToHex(frontierRoot(frontier))).toBe(root);
      frontier.forEach((hash) => expect(hashFromHex(hashToHex(hash))).toBe(hash));
      frontier = appendLeaf(frontier, n, leafHash(`leaf ${n}`));
      leaves.push(`leaf ${n}`);
    }
  });
});
