/** P7: what a settlement and a lone transfer cost does not grow with the ledger. */
import { intervalSettle, readingsRecord } from '../../schema/trade/metering.js';
import {
  communityPreferenceSet,
  marketCreate,
  marketOpen,
  membershipSet,
  tariffPublish,
} from '../../schema/trade/market.js';
import {
  accountOpen,
  connectionRegister,
  networkRegister,
  participantRegister,
  unitRegister,
} from '../../schema/trade/registration.js';
import { decodeBatchEvent } from '../../schema/batch-event.js';
import { BATCH, BenchLedger } from './bench-ledger.js';
import { figure, median, timed, type Bench } from './measure.js';

const HOMES = 100;
const QUARTER = 900_000;
const ROUNDS = 60;
const OPERATOR = { organisation: 'Gridline', role: 'NETWORK_OPERATOR' };
const PROVIDER = { organisation: 'Meterworks', role: 'METERING_DATA_PROVIDER' };

interface Settling {
  readonly market: number;
  readonly network: number;
  readonly connections: number[];
  next: number;
}

/** A community of 100 homes, ready to be settled. */
async function community(at: BenchLedger): Promise<Settling> {
  const from = Math.floor(Date.now() / QUARTER) * QUARTER - 2_000 * QUARTER;
  const numbersOf = async (
    commands: Parameters<BenchLedger['submit']>[0],
    identity?: { organisation: string; role: string },
  ): Promise<number[]> =>
    decodeBatchEvent((await at.submit(commands, identity)).event).events.map((e) => e[2] as number);
  const [unit] = await numbersOf([
    at.command(unitRegister, { unitKind: 'DUES', currency: 'AUD', region: 'bench', ceilingMicros: 0 }),
  ]);
  const account = { participant: 0, network: 0, unit, floorMicros: 0 };
  const [payee, rounding] = await numbersOf(
    ['PAYEE', 'ROUNDING'].map((kind) => at.command(accountOpen, { ...account, kind })),
  );
  const [network] = await numbersOf(
    [
      at.command(networkRegister, {
        networkId: 'n',
        intervalSeconds: 900,
        timeZone: 'UTC',
        priceCapMicrosPerMWh: null,
      }),
    ],
    OPERATOR,
  );
  const line = (lineId: string, basis: string, rateMicros: number): object => ({
    lineId,
    payee,
    basis,
    rateMicros,
    taxCode: 'S',
    staysPayableOnTraded: false,
  });
  const [tariff] = await numbersOf([
    at.command(tariffPublish, {
      tariffId: 't',
      effectiveFrom: 0,
      lines: [line('in', 'IMPORT_WH', 3e8), line('out', 'EXPORT_WH', 8e7)],
    }),
  ]);
  const [market] = await numbersOf([
    at.command(marketCreate, {
      marketId: 'm',
      network,
      unit,
      roundingAccount: rounding,
      kNumerator: 1,
      kDenominator: 2,
    }),
  ]);
  const homes = Array.from({ length: HOMES }, (_, i) => i);
  const participants = await numbersOf(
    homes.map((i) => at.command(participantRegister, { participantId: `home-${i}` })),
  );
  const connections = await numbersOf(
    homes.map((i) =>
      at.command(connectionRegister, {
        meterId: `m-${i}`,
        participant: participants[i],
        network,
        zone: 'z',
        meteringDataProvider: PROVIDER.organisation,
        sanctionedLoadW: 50_000,
        generationCapacityW: 50_000,
        validFrom: from,
      }),
    ),
    OPERATOR,
  );
  const accounts = await numbersOf(
    homes.flatMap((i) =>
      ['DUES', 'RECEIVABLE'].map((kind) =>
        at.command(accountOpen, {
          participant: participants[i],
          network,
          unit,
          kind,
          floorMicros: kind === 'DUES' ? -1e12 : 0,
        }),
      ),
    ),
  );
  await at.submit(
    homes.map((i) =>
      at.command(membershipSet, {
        market,
        connection: connections[i],
        tariff,
        duesAccount: accounts[2 * i],
        receivableAccount: accounts[2 * i + 1],
        effectiveFrom: from,
      }),
    ),
  );
  await at.submit(
    homes.map((i) =>
      at.command(
        communityPreferenceSet,
        {
          market,
          connection: connections[i],
          minSellPriceMicrosPerMWh: 8e7,
          maxBuyPriceMicrosPerMWh: 3e8,
          effectiveFrom: from,
        },
        participants[i],
      ),
    ),
  );
  await at.submit([at.command(marketOpen, { market })]);
  return { market, network, connections, next: from };
}

/** Median milliseconds of settling one interval, and of one transfer. */
async function measure(at: BenchLedger, c: Settling): Promise<{ settle: number; lone: number }> {
  const settle: number[] = [];
  const lone: number[] = [];
  for (let i = 0; i < ROUNDS; i++, c.next += QUARTER) {
    const { connections } = c;
    await at.submit(
      [
        at.command(readingsRecord, {
          network: c.network,
          start: c.next,
          durationSeconds: 900,
          source: 'f',
          rows: {
            connection: connections,
            importWh: connections.map((n) => (n * 37 + i) % 400),
            exportWh: connections.map((n) => (n % 3 === 0 ? (n * 53 + i) % 700 : 0)),
            quality: connections.map(() => 'ACTUAL'),
          },
        }),
      ],
      PROVIDER,
    );
    const command = at.command(intervalSettle, { market: c.market, start: c.next });
    settle.push(await timed(() => at.submit([command])));
    const transfer = at.transfers(1, 10_000);
    lone.push(await timed(() => at.submit(transfer)));
  }
  return { settle: median(settle.slice(10)), lone: median(lone.slice(10)) };
}

export const growth: Bench = {
  id: 'P7',
  what: 'settling 100 homes and a lone transfer with 10^4 and with 10^6 accounts on the ledger',
  async run(report) {
    const ledgers: { at: BenchLedger; c: Settling }[] = [];
    for (const wallets of [10_000, 1_000_000]) {
      const at = await BenchLedger.open();
      await at.grow(wallets, wallets);
      ledgers.push({ at, c: await community(at) });
    }
    // One after the other and back again: both ledgers see the same machine.
    const seen = ledgers.map(() => ({ settle: [] as number[], lone: [] as number[] }));
    for (let round = 0; round < 3; round++) {
      for (const [i, { at, c }] of ledgers.entries()) {
        const { settle, lone } = await measure(at, c);
        seen[i].settle.push(settle);
        seen[i].lone.push(lone);
      }
    }
    for (const [id, key] of [
      ['P7a', 'settle'],
      ['P7b', 'lone'],
    ] as const) {
      const [small, large] = seen.map((s) => median(s[key]));
      report({ id, ratio: figure(large / small), ours: figure(large), other: figure(small), unit: 'ms' });
    }
    const { at } = ledgers[1];
    const times: number[] = [];
    let transactions = 0;
    for (let i = 0; i < 8; i++) {
      const batch = at.transfers(BATCH);
      times.push(await timed(async () => (transactions = await at.split(batch))));
    }
    report({
      id: 'P7c',
      ours: figure((BATCH * 1000) / median(times)),
      unit: 'commands/s',
      accounts: at.wallets,
      transactions,
    });
    for (const { at: each } of ledgers) await each.close();
  },
};
