/** A community whose members, readings and accounts lie in several pages settles in one transaction. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Args, CommandShape } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import {
  communityPreferenceSet,
  marketCreate,
  marketOpen,
  membershipSet,
  tariffPublish,
} from '../../schema/trade/market.js';
import { intervalSettle, readingsRecord } from '../../schema/trade/metering.js';
import {
  accountOpen,
  connectionRegister,
  networkRegister,
  participantRegister,
  unitRegister,
} from '../../schema/trade/registration.js';
import { line, perKWh, Run } from './community.js';
import {
  host,
  operator,
  participant,
  PROVIDER,
  provider,
  QUARTER,
  START_MS,
  World,
  type Giver,
  type Outcome,
} from './world.js';

const HOMES = 1_300;
let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const numbers = (outcomes: readonly Outcome[]): number[] =>
  outcomes.map((o) => {
    if (o.code !== 'OK') throw new Error(`refused: ${o.code} ${o.field}`);
    return Object.values(o.events[0]?.fields ?? {})[0] as number;
  });

/** Gives one command a home, in batches. */
async function each(
  shape: CommandShape,
  args: (home: number) => object,
  giver: (home: number) => Giver = () => host,
): Promise<number[]> {
  const made: number[] = [];
  for (let from = 0; from < HOMES; from += 650) {
    const homes = Array.from({ length: Math.min(650, HOMES - from) }, (_, i) => from + i);
    const commands = homes.map((home) => world.command(giver(home), shape, args(home) as Args<CommandShape>));
    made.push(...numbers(await world.batch(giver(from), commands)));
  }
  return made;
}

test(`${HOMES} homes: every Wh and micro is accounted for, and the event stays far below its limit`, async () => {
  const one = async (giver: Giver, shape: CommandShape, args: object): Promise<number> =>
    numbers([await world.give(giver, shape, args as Args<CommandShape>)])[0];
  const unit = await one(host, unitRegister, {
    unitKind: 'DUES',
    currency: 'AUD',
    region: 'area',
    ceilingMicros: 0,
  });
  const payee = await one(host, accountOpen, {
    participant: 0,
    network: 0,
    unit,
    kind: 'PAYEE',
    floorMicros: 0,
  });
  const rounding = await one(host, accountOpen, {
    participant: 0,
    network: 0,
    unit,
    kind: 'ROUNDING',
    floorMicros: 0,
  });
  const network = await one(operator, networkRegister, {
    networkId: 'n',
    intervalSeconds: 900,
    timeZone: 'UTC',
    priceCapMicrosPerMWh: null,
  });
  const tariff = await one(host, tariffPublish, {
    tariffId: 't',
    effectiveFrom: 0,
    lines: [line('in', 'IMPORT_WH', perKWh(0.3), payee), line('out', 'EXPORT_WH', perKWh(0.08), payee)],
  });
  const market = await one(host, marketCreate, {
    marketId: 'm',
    network,
    unit,
    roundingAccount: rounding,
    kNumerator: 1,
    kDenominator: 3,
  });
  const people = await each(participantRegister, (i) => ({ participantId: `home-${i}` }));
  const connections = await each(
    connectionRegister,
    (i) => ({
      meterId: `meter-${i}`,
      participant: people[i],
      network,
      zone: 'z',
      meteringDataProvider: PROVIDER,
      sanctionedLoadW: 40_000,
      generationCapacityW: 40_000,
      validFrom: START_MS,
    }),
    () => operator,
  );
  const dues = await each(accountOpen, (i) => ({
    participant: people[i],
    network,
    unit,
    kind: 'DUES',
    floorMicros: i % 5 === 0 ? 0 : -1_000_000_000,
  }));
  const receivable = await each(accountOpen, (i) => ({
    participant: people[i],
    network,
    unit,
    kind: 'RECEIVABLE',
    floorMicros: 0,
  }));
  await each(membershipSet, (i) => ({
    market,
    connection: connections[i],
    tariff,
    duesAccount: dues[i],
    receivableAccount: receivable[i],
    effectiveFrom: START_MS,
  }));
  await each(
    communityPreferenceSet,
    (i) => ({
      market,
      connection: connections[i],
      minSellPriceMicrosPerMWh: perKWh(0.08),
      maxBuyPriceMicrosPerMWh: perKWh(0.3),
      effectiveFrom: START_MS,
    }),
    (i) => participant(people[i]),
  );
  await one(host, marketOpen, { market });
  world.at(START_MS + QUARTER);
  const importWh = people.map((_, i) => (i % 3 === 0 ? 0 : 100 + ((i * 37) % 700)));
  const exportWh = people.map((_, i) => (i % 3 === 0 ? 200 + ((i * 53) % 900) : 0));
  for (let from = 0; from < HOMES; from += 1_000) {
    const rows = { connection: connections, importWh, exportWh, quality: people.map(() => 'ACTUAL') };
    const part = Object.fromEntries(
      Object.entries(rows).map(([name, column]) => [name, column.slice(from, from + 1_000)]),
    );
    await one(provider, readingsRecord, {
      network,
      start: START_MS,
      durationSeconds: 900,
      source: 'f',
      rows: part,
    });
  }
  const settled = await world.give(host, intervalSettle, { market, start: START_MS } as Args<
    typeof intervalSettle
  >);
  expect([settled.code, settled.field]).toEqual(['OK', '']);
  const run = new Run(settled.events);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  expect(run.column('connection')).toEqual(connections);
  const traded = Math.min(sum(importWh), sum(exportWh));
  expect([sum(run.column('communityBoughtWh')), sum(run.column('communitySoldWh'))]).toEqual([
    traded,
    traded,
  ]);
  expect(sum([...run.postings.values()])).toBe(0);
  // Homes without a credit limit owe through their receivable account.
  const raised = run.events.find((e) => e.name === 'receivablesRaised');
  expect(raised?.rows.connection).toEqual(connections.filter((_, i) => i % 5 === 0 && i % 3 !== 0));
  expect(settled.transaction.event.length).toBeLessThan(
    (LIMITS.eventBytes * HOMES) / LIMITS.metersPerSettlement,
  );
});
