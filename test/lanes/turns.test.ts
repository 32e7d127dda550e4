/** Who waits in one lane takes turns: nobody's commands, however many and however spread, hold up another's. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Lanes } from '../../api/lanes/lanes.js';
import { CommandQueue, type Waiting } from '../../api/lanes/queue.js';
import type { IdentityRef } from '../../network/ledger.js';
import type { CommandInput } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { command, HandLedger } from './hand-ledger.js';

const LANE = 'Brightwater';
const HOST = { organisation: LANE, role: 'HOST' };
const OTHER = { organisation: 'Gridline', role: 'NETWORK_OPERATOR' };
const NOW = Math.floor(Date.now() / 250) * 250;
const SPREAD_MS = 20_000;

const of = (actor: number, amount: number, timeMs = NOW): CommandInput => ({
  ...command(amount, timeMs),
  actor,
});
/** Commands of one actor whose keys share no bucket of the ledger's memory. */
const spread = (actor: number, count: number, amount = actor): CommandInput[] =>
  Array.from({ length: count }, (_, i) => of(actor, amount, NOW - (i + 1) * SPREAD_MS));

/** Gives lists of commands at once, each by its identity; answers the amounts of each transaction. */
async function given(...lists: readonly [IdentityRef, readonly CommandInput[]][]): Promise<number[][]> {
  const ledger = new HandLedger();
  const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
  await Promise.all(lists.map(([identity, list]) => lanes.submitBatch(LANE, identity, list)));
  return ledger.seen.map(({ amounts }) => amounts);
}
const transactionWith = (seen: readonly number[][], amount: number): number =>
  seen.findIndex((amounts) => amounts.includes(amount));

describe('givers who wait in one lane', () => {
  test('are served beside one whose keys are spread over a day', async () => {
    const seen = await given([HOST, spread(1, 4_000)], [HOST, [of(2, 99)]]);
    expect(transactionWith(seen, 99)).toBe(0);
    expect(seen.flat()).toHaveLength(4_001);
  });

  test('are served after few turns where many have spread their keys', async () => {
    const spreaders = Array.from({ length: 40 }, (_, i) => i + 1);
    const lists = spreaders.map((actor): [IdentityRef, CommandInput[]] => [
      HOST,
      spread(actor, 50).map((one, i) => ({ ...one, key: of(1, 1, NOW - (actor * 50 + i) * SPREAD_MS).key })),
    ]);
    const honest = Array.from({ length: 100 }, (_, i) => of(1_000 + i, 99, NOW + 1_000));
    const seen = await given(...lists, [HOST, honest]);
    const turns = Math.ceil(spreaders.length / LIMITS.batchBuckets);
    expect(transactionWith(seen, 99)).toBe(turns);
    expect(seen[turns].filter((amount) => amount === 99)).toHaveLength(honest.length);
  });

  test('each have their share of a batch that not all can join', async () => {
    const flood = Array.from({ length: LIMITS.batchCommands * 2 }, () => of(1, 1));
    const [first] = await given([HOST, flood], [HOST, [of(2, 2), of(2, 2), of(3, 3)]]);
    expect(first).toHaveLength(LIMITS.batchCommands);
    expect(first.slice(-3)).toEqual([2, 2, 3]);
  });

  test('take turns as organisations, which share no transaction', async () => {
    const seen = await given([HOST, spread(0, 40, 1)], [OTHER, spread(0, 40, 2)]);
    expect(seen.slice(0, 4)).toEqual([
      [1, 1, 1, 1],
      [2, 2, 2, 2],
      [1, 1, 1, 1],
      [2, 2, 2, 2],
    ]);
  });

  test('stand in a transaction as they came, so that commands of one kind stay together', async () => {
    const list = [of(1, 1), of(1, 2), of(2, 3), of(1, 4), of(3, 5), of(2, 6)];
    expect(await given([HOST, list])).toEqual([[1, 2, 3, 4, 5, 6]]);
  });

  test('have their own commands decided in the order in which they gave them, and all of them', async () => {
    const one = fc.record({
      actor: fc.integer({ min: 0, max: 4 }),
      isHost: fc.boolean(),
      quarters: fc.integer({ min: 0, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 60 }), async (list) => {
        const ledger = new HandLedger();
        const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
        // Amounts number the commands; the ledger of these tests refuses 13.
        const numbered = list.map((item, i) => ({ ...item, amount: 100 + i }));
        await Promise.all(
          numbered.map(({ actor, isHost, quarters, amount }) =>
            lanes.submit({
              lane: LANE,
              identity: isHost ? HOST : OTHER,
              command: of(actor, amount, NOW - quarters * 250),
            }),
          ),
        );
        const decided = ledger.seen.flatMap(({ amounts }) => amounts);
        expect(new Set(decided)).toEqual(new Set(numbered.map(({ amount }) => amount)));
        for (const isHost of [true, false]) {
          for (let actor = 0; actor <= 4; actor++) {
            const theirs = numbered.filter((n) => n.isHost === isHost && n.actor === actor);
            const amounts = theirs.map(({ amount }) => amount);
            expect(decided.filter((amount) => amounts.includes(amount))).toEqual(amounts);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a full queue', () => {
  /** Counts how often a command is looked at. */
  function counted(command: CommandInput, tell: () => void): Waiting {
    return {
      identity: HOST,
      bytes: 10,
      resolve: () => undefined,
      reject: () => undefined,
      get command(): CommandInput {
        tell();
        return command;
      },
    };
  }

  const KEYS = [0, 1, 2].map((quarter) => of(1, 1, NOW - quarter * 250));
  test.each([
    ['one giver', () => 1],
    ['a giver each', (i: number) => i],
  ])('of %s is cut into whole batches, each command looked at once', (_, actorOf) => {
    const queue = new CommandQueue();
    let looks = 0;
    for (let i = 0; i < LIMITS.laneQueue; i++) {
      queue.push(counted({ ...KEYS[i % KEYS.length], actor: actorOf(i) }, () => looks++));
    }
    const sizes: number[] = [];
    while (queue.length > 0) sizes.push(queue.next().length);
    expect(sizes).toEqual(
      Array.from({ length: LIMITS.laneQueue / LIMITS.batchCommands }, () => LIMITS.batchCommands),
    );
    expect(looks).toBe(LIMITS.laneQueue);
  });
});
