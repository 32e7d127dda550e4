/** Sets the demonstration community up, command by command, as its organisations and members would. */
import type { IdentityRef } from '../../network/ledger.js';
import type { OrganisationRole } from '../../schema/command.js';
import type { Lanes } from '../lanes/lanes.js';
import {
  agreementAccept,
  agreementPropose,
  communityPreferenceSet,
  marketCreate,
  marketOpen,
  membershipSet,
  tariffPublish,
} from '../../schema/trade/market.js';
import { sparkzMint } from '../../schema/trade/money.js';
import {
  accountOpen,
  connectionRegister,
  networkRegister,
  organisationRoleSet,
  participantRegister,
  unitRegister,
} from '../../schema/trade/registration.js';
import { Giver } from './commands.js';
import type { Recorded } from './recorded.js';
import * as rules from './rules.js';

export interface CommunityPlan {
  /** ISO 4217 code. */
  readonly currency: string;
  readonly timeZone: string;
  readonly intervalSeconds: number;
  /** First interval in ms since 1970. */
  readonly from: number;
  readonly homes: readonly { readonly id: string; readonly peakLoadW: number; readonly pvPeakW: number }[];
  /** Who records readings; by default an organisation of its own. */
  readonly provider?: IdentityRef;
}

export interface DemoCommunity {
  readonly lane: string;
  readonly network: number;
  readonly market: number;
  /** Connection by home, in the plan's order. */
  readonly connections: readonly number[];
  readonly participants: readonly number[];
  /** Who records its readings. */
  readonly provider: IdentityRef;
}

const { host, operator } = rules.ORGANISATIONS;

/** What was `recorded` of a set-up that was interrupted is passed over. */
export async function setUpCommunity(
  lanes: Lanes,
  plan: CommunityPlan,
  recorded?: Recorded,
): Promise<DemoCommunity> {
  const give = new Giver(lanes, host.organisation, recorded);
  const provider = plan.provider ?? rules.ORGANISATIONS.provider;
  const from = { effectiveFrom: plan.from };
  await admit(give, provider);
  const { unit } = await give.one(host, unitRegister, {
    unitKind: 'DUES',
    currency: plan.currency,
    region: 'demonstration',
    ceilingMicros: 0,
  });
  const { unit: series } = await give.one(host, unitRegister, {
    unitKind: 'SPARKZ',
    currency: plan.currency,
    region: 'demonstration',
    ceilingMicros: rules.SERIES_CEILING_MICROS,
  });
  const own = { participant: 0, network: 0, floorMicros: 0 } as const;
  const [retailer, network, environment, rounding] = (
    await give.all(host, accountOpen, [
      { ...own, unit, kind: 'PAYEE' },
      { ...own, unit, kind: 'PAYEE' },
      { ...own, unit, kind: 'PAYEE' },
      { ...own, unit, kind: 'ROUNDING' },
      { ...own, unit: series, kind: 'TREASURY' },
    ])
  ).map((e) => e.account);
  const lines = rules.tariffLines({ retailer, network, environment });
  const { tariff } = await give.one(host, tariffPublish, { ...from, tariffId: 'home', lines });
  const { network: grid } = await give.one(operator, networkRegister, {
    networkId: 'demonstration',
    intervalSeconds: plan.intervalSeconds,
    timeZone: plan.timeZone,
    priceCapMicrosPerMWh: null,
  });
  const { market } = await give.one(host, marketCreate, {
    marketId: 'demonstration',
    network: grid,
    unit,
    roundingAccount: rounding,
    kNumerator: rules.PRICE_WEIGHT.numerator,
    kDenominator: rules.PRICE_WEIGHT.denominator,
  });
  const { participants, connections } = await join(give, plan, {
    grid,
    market,
    unit,
    series,
    tariff,
    provider,
  });
  await prefer(give, plan, market, participants, connections);
  await agree(give, plan, market, participants, connections);
  await give.one(host, marketOpen, { market });
  return { lane: give.lane, network: grid, market, connections, participants, provider };
}

/** Who acts in the host's lane beside it. */
async function admit(give: Giver, provider: IdentityRef): Promise<void> {
  await give.all(
    host,
    organisationRoleSet,
    [operator, provider, rules.ORGANISATIONS.regulator].map(({ organisation, role }) => ({
      ...{ organisation, role: role as OrganisationRole, admitted: true },
      reason: 'takes part in the demonstration',
    })),
  );
}

interface Numbers {
  readonly grid: number;
  readonly market: number;
  readonly unit: number;
  readonly series: number;
  readonly tariff: number;
  readonly provider: IdentityRef;
}

/** Participants, their meters, their accounts, their membership. */
async function join(
  give: Giver,
  plan: CommunityPlan,
  { grid, market, unit, series, tariff, provider }: Numbers,
): Promise<{ participants: number[]; connections: number[] }> {
  const { homes } = plan;
  const participants = (
    await give.all(
      host,
      participantRegister,
      homes.map(({ id }) => ({ participantId: id })),
    )
  ).map((e) => e.participant);
  const connections = (
    await give.all(
      operator,
      connectionRegister,
      homes.map((home, i) => ({
        meterId: home.id,
        participant: participants[i],
        network: grid,
        zone: 'low-voltage',
        meteringDataProvider: provider.organisation,
        sanctionedLoadW: Math.max(15_000, Math.ceil(home.peakLoadW * 1.2)),
        generationCapacityW: Math.ceil(home.pvPeakW * 1.2),
        validFrom: plan.from,
      })),
    )
  ).map((e) => e.connection);
  const accounts = await give.all(
    host,
    accountOpen,
    participants.flatMap((participant) => [
      { participant, network: grid, unit, kind: 'DUES' as const, floorMicros: rules.DUES_FLOOR_MICROS },
      { participant, network: grid, unit, kind: 'RECEIVABLE' as const, floorMicros: 0 },
      { participant, network: grid, unit: series, kind: 'WALLET' as const, floorMicros: 0 },
    ]),
  );
  await give.all(
    host,
    membershipSet,
    connections.map((connection, i) => ({
      market,
      connection,
      tariff,
      duesAccount: accounts[i * 3].account,
      receivableAccount: accounts[i * 3 + 1].account,
      effectiveFrom: plan.from,
    })),
  );
  await give.all(
    host,
    sparkzMint,
    participants.map((participant, i) => ({
      unit: series,
      to: accounts[i * 3 + 2].account,
      amountMicros: rules.WALLET_MICROS,
      receiptReference: `top-up-${participant}`,
    })),
  );
  return { participants, connections };
}

async function prefer(
  give: Giver,
  plan: CommunityPlan,
  market: number,
  participants: readonly number[],
  connections: readonly number[],
): Promise<void> {
  await give.all(
    host,
    communityPreferenceSet,
    connections.map((connection, i) => ({
      actor: participants[i],
      market,
      connection,
      minSellPriceMicrosPerMWh: rules.PREFERENCE.minSellMicrosPerMWh,
      maxBuyPriceMicrosPerMWh: rules.PREFERENCE.maxBuyMicrosPerMWh,
      effectiveFrom: plan.from,
    })),
  );
}

/** Sellers propose, buyers accept; a community with fewer homes than planned leaves those agreements out. */
async function agree(
  give: Giver,
  plan: CommunityPlan,
  market: number,
  participants: readonly number[],
  connections: readonly number[],
): Promise<void> {
  const order = plan.homes.map((_, i) => i);
  const solar = order.filter((i) => plan.homes[i].pvPeakW > 0);
  solar.sort((a, b) => plan.homes[b].pvPeakW - plan.homes[a].pvPeakW || a - b);
  const without = order.filter((i) => plan.homes[i].pvPeakW === 0);
  const planned = rules.AGREEMENTS.map((p) => ({
    ...p,
    seller: solar[p.seller],
    buyer: without[p.buyer],
  })).filter((p) => p.seller !== undefined && p.buyer !== undefined);
  if (planned.length === 0) return;
  const proposed = await give.all(
    host,
    agreementPropose,
    planned.map(({ kind, seller, buyer, priceMicrosPerMWh, limitWh }) => ({
      actor: participants[seller],
      market,
      kind,
      seller: connections[seller],
      buyer: connections[buyer],
      priceMicrosPerMWh,
      limitWh,
      effectiveFrom: plan.from,
      effectiveTo: null,
    })),
  );
  await give.all(
    host,
    agreementAccept,
    proposed.map(({ agreement }, i) => ({ actor: participants[planned[i].buyer], market, agreement })),
  );
}
