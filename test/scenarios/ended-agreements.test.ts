/** Agreements that came and went: they count in the intervals of their time and cost nothing in any other. */
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Args, CommandInput } from '../../schema/command.js';
import { agreementAccept, agreementCancel, agreementPropose } from '../../schema/trade/market.js';
import { Community, perKWh } from './community.js';
import { watchedCommunity, whereReadsCount, type Watch } from './watched.js';
import { host, participant, QUARTER, START_MS } from './world.js';

let at: Community;
let watch: Watch;
afterEach(() => at.world.close());

const openWatched = async (): Promise<void> => {
  ({ at, watch } = await watchedCommunity({ homes: 2, preferences: false }));
};

/** Number of the last agreement that was proposed. */
let last = 0;

/** Commands by which the first home sells to the second from an interval on, at a price of its own. */
function agree(from: number, to: number | null): CommandInput[] {
  const [seller, buyer] = at.homes;
  const agreement = ++last;
  return [
    at.world.command(participant(seller.participant), agreementPropose, {
      ...{ market: at.market, kind: 'NOMINATED', seller: seller.connection, buyer: buyer.connection },
      ...{ priceMicrosPerMWh: perKWh(0.1) + agreement, limitWh: 1, effectiveFrom: from, effectiveTo: to },
    } as Args<typeof agreementPropose>),
    at.world.command(participant(buyer.participant), agreementAccept, {
      ...{ market: at.market, agreement },
    } as Args<typeof agreementAccept>),
  ];
}
const cancel = (agreement: number): CommandInput =>
  at.world.command(participant(at.homes[0].participant), agreementCancel, {
    ...{ market: at.market, agreement },
  } as Args<typeof agreementCancel>);

async function give(commands: CommandInput[]): Promise<void> {
  const outcomes = await at.world.batch(host, commands);
  expect(outcomes.map(({ code }) => code)).toEqual(commands.map(() => 'OK'));
}

/** Settles the interval; answers its agreements that traded, and every page that was read. */
async function settle(start: number): Promise<{ agreements: number[]; reads: string[] }> {
  await at.read(start, [
    [0, 100],
    [100, 0],
  ]);
  let agreements: number[] = [];
  const reads = await watch.during(async () => {
    const { code, events } = await at.settle(start);
    expect(code).toBe('OK');
    agreements = (events.find(({ name }) => name === 'tradesMade')?.rows.agreement ?? []) as number[];
  });
  return { agreements, reads };
}

whereReadsCount(
  'agreements that never counted are not filed: a thousand of them cost a settlement no page',
  async () => {
    await openWatched();
    last = 0;
    const next = START_MS + 2 * QUARTER;
    const comeAndGo = (): CommandInput[] => {
      const commands = agree(next, null);
      return [...commands, cancel(last)];
    };
    await give([...agree(next, next + QUARTER)]);
    for (let i = 0; i < 4; i++) {
      at.world.at(at.world.now + 1_000);
      await give(Array.from({ length: 250 }, comeAndGo).flat());
    }
    at.world.at(next + QUARTER);
    const one = await settle(next);
    expect(one.agreements).toEqual([1]);
    // Another one in a later interval: what was there before goes out of the list.
    await give(agree(next + 2 * QUARTER, null));
    const before = await settle(next - QUARTER);
    expect(before.agreements).toEqual([]);
    const pagesOf = (family: string): number =>
      before.reads.filter((key) => key.split('/')[1].startsWith(family)).length;
    expect([pagesOf('agreement'), pagesOf('bookold')]).toEqual([0, 1]);
  },
);

whereReadsCount('a settlement, however late, reads the agreements of its interval and no other', async () => {
  await openWatched();
  last = 0;
  const first = START_MS + 2 * QUARTER;
  const intervals = 600;
  const startOf = (i: number): number => first + i * QUARTER;
  for (let i = 0; i < intervals; i++) {
    at.world.at(startOf(i) - 1_000);
    await give(agree(startOf(i), startOf(i + 1)));
  }
  at.world.at(startOf(intervals));
  const latest = await settle(startOf(intervals - 1));
  expect(latest.agreements).toEqual([intervals]);
  for (const i of [0, 1, 95, 96, 97, 300, 550, 597]) {
    const late = await settle(startOf(i));
    expect(late.agreements).toEqual([i + 1]);
    // A page of the index and one of lists, whatever came before and after.
    expect(late.reads.length).toBeLessThanOrEqual(latest.reads.length + 2);
  }
});

test('each interval trades by the agreements of its time, on any history and in any order of settling', async () => {
  const step = fc.record({
    kind: fc.constantFrom('agree', 'agree', 'cancel', 'wait', 'wait'),
    ahead: fc.nat(3),
    length: fc.option(fc.integer({ min: 1, max: 4 })),
    pick: fc.nat(50),
  });
  const history = fc.array(step, { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(history, fc.infiniteStream(fc.nat(1_000)), async (steps, order) => {
      at = await Community.open({ homes: 2, preferences: false });
      last = 0;
      const known = new Map<number, { from: number; to: number }>();
      let now = 1;
      const give = async (command: CommandInput): Promise<boolean> =>
        (await at.world.batch(host, [command]))[0].code === 'OK';
      for (const { kind, ahead, length, pick } of steps) {
        const open = START_MS + (now + 1) * QUARTER;
        const from = open + ahead * QUARTER;
        if (kind === 'wait') at.world.at(START_MS + ++now * QUARTER);
        else if (kind === 'agree') {
          const to = length === null ? null : from + length * QUARTER;
          const [propose, accept] = agree(from, to);
          expect(await give(propose)).toBe(true);
          if (await give(accept)) known.set(last, { from, to: to ?? Infinity });
        } else {
          const agreement = [...known.keys()][pick % Math.max(1, known.size)];
          const found = known.get(agreement);
          if (found && (await give(cancel(agreement)))) found.to = Math.max(found.from, open);
        }
      }
      const starts = Array.from({ length: now + 4 }, (_, i) => START_MS + (i + 1) * QUARTER);
      at.world.at(starts[starts.length - 1] + QUARTER);
      while (starts.length > 0) {
        const [start] = starts.splice((order.next().value as number) % starts.length, 1);
        const run = await at.run(start, [
          [0, 100],
          [100, 0],
        ]);
        const inForce = [...known].filter(([, { from, to }]) => from <= start && start < to);
        expect(run.trades.map(([agreement]) => agreement)).toEqual(inForce.map(([agreement]) => agreement));
      }
      await at.world.close();
    }),
    { numRuns: 8, seed: 11 },
  );
});
