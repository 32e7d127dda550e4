/** A community on a bench ledger: its set-up, and the readings of its intervals. */
import type { IdentityRef } from '../../network/ledger.js';
import { decodeBatchEvent } from '../../schema/batch-event.js';
import type { CommandInput } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import { readingsRecord } from '../../schema/trade/metering.js';
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
  organisationRoleSet,
  participantRegister,
  unitRegister,
} from '../../schema/trade/registration.js';
import type { BenchLedger } from './bench-ledger.js';

/** Commands of one transaction while the community is set up. */
const AT_ONCE = 1_000;
export const QUARTER = 900_000;
const OPERATOR = { organisation: 'Gridline', role: 'NETWORK_OPERATOR' };

export interface Settling {
  readonly market: number;
  readonly network: number;
  readonly connections: number[];
  next: number;
}

/** A community of so many homes, ready to be settled; `provider` records its readings. */
export async function community(
  at: BenchLedger,
  { homes: count, provider }: { readonly homes: number; readonly provider: IdentityRef },
): Promise<Settling> {
  const from = Math.floor(Date.now() / QUARTER) * QUARTER - 2_000 * QUARTER;
  const numbersOf = async (commands: readonly CommandInput[], identity?: IdentityRef): Promise<number[]> => {
    const numbers: number[] = [];
    for (let from = 0; from < commands.length; from += AT_ONCE) {
      const done = await at.submit(commands.slice(from, from + AT_ONCE), identity);
      for (const event of decodeBatchEvent(done.event).events) numbers.push(event[2] as number);
    }
    return numbers;
  };
  await at.submit(
    [OPERATOR, provider].map(({ organisation, role }) =>
      at.command(organisationRoleSet, { organisation, role, admitted: true, reason: 'bench' }),
    ),
  );
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
  const homes = Array.from({ length: count }, (_, i) => i);
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
        meteringDataProvider: provider.organisation,
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
  await numbersOf(
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
  await numbersOf(
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

/** The next interval's readings, in as many commands as they need. */
export function readingsOf(at: BenchLedger, c: Settling): CommandInput[] {
  const commands: CommandInput[] = [];
  for (let from = 0; from < c.connections.length; from += LIMITS.readingsPerCommand) {
    const some = c.connections.slice(from, from + LIMITS.readingsPerCommand);
    commands.push(
      at.command(readingsRecord, {
        network: c.network,
        start: c.next,
        durationSeconds: 900,
        source: 'f',
        rows: {
          connection: some,
          importWh: some.map((n) => (n * 37 + c.next / QUARTER) % 400),
          exportWh: some.map((n) => (n % 3 === 0 ? (n * 53 + c.next / QUARTER) % 700 : 0)),
          quality: some.map(() => 'ACTUAL'),
        },
      }),
    );
  }
  return commands;
}
