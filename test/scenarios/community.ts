/** A community by default: one network, one market, a tariff, homes with accounts. A scenario names what matters. */
import {
  agreementAccept,
  agreementPropose,
  communityPreferenceSet,
  marketCreate,
  marketOpen,
  membershipSet,
  tariffPublish,
} from '../../schema/trade/market.js';
import { intervalSettle, readingsRecord, readingsRevise } from '../../schema/trade/metering.js';
import { sparkzMint } from '../../schema/trade/money.js';
import {
  accountOpen,
  connectionRegister,
  networkRegister,
  participantRegister,
  unitRegister,
} from '../../schema/trade/registration.js';
import type { Args } from '../../schema/command.js';
import {
  host,
  operator,
  participant,
  provider,
  PROVIDER,
  QUARTER,
  START_MS,
  World,
  type Engine,
  type Outcome,
  type SeenEvent,
} from './world.js';

/** Micros per MWh of a price a kWh. */
export const perKWh = (price: number): number => Math.round(price * 1_000_000_000);

export type Line = Args<typeof tariffPublish>['lines'][number];

export interface Home {
  readonly participant: number;
  readonly connection: number;
  readonly dues: number;
  readonly receivable: number;
  readonly wallet: number;
}

export interface CommunityOptions {
  readonly homes?: number;
  readonly priceCap?: number | null;
  /** Lines of everybody's tariff; by default 0.30 a kWh of import, 0.05 feed-in. */
  readonly lines?: (payees: { retailer: number; network: number }) => Line[];
  readonly duesFloor?: number;
  /** Least that all sell for and most that all buy for, a kWh; by default the tariff's. */
  readonly preferences?: boolean;
  readonly k?: readonly [number, number];
  readonly ceiling?: number;
  /** First interval in which everything is in force. */
  readonly from?: number;
}

export const line = (
  lineId: string,
  basis: Line['basis'],
  rate: number,
  payee: number,
  stays = false,
): Line => ({ lineId, payee, basis, rateMicros: rate, taxCode: 'STD', staysPayableOnTraded: stays }) as Line;

export class Community {
  network = 0;
  market = 0;
  unit = 0;
  series = 0;
  tariff = 0;
  rounding = 0;
  treasury = 0;
  readonly payees = { retailer: 0, network: 0 };
  readonly homes: Home[] = [];

  private constructor(readonly world: World) {}

  /** Sets a community up, opens its market and moves the clock to the end of the first interval in force. */
  static async open(options: CommunityOptions = {}, make?: () => Promise<Engine>): Promise<Community> {
    const community = await Community.setUp(options, make);
    await community.world.must(host, marketOpen, { market: community.market });
    return community;
  }

  /** The same with the market still in SETUP. */
  static async setUp(options: CommunityOptions = {}, make?: () => Promise<Engine>): Promise<Community> {
    const world = await World.open(make);
    const c = new Community(world);
    const from = options.from ?? START_MS;
    const open = (
      kind: Args<typeof accountOpen>['kind'],
      unit: number,
      owner = 0,
      floor = 0,
    ): Promise<number> =>
      world
        .must(host, accountOpen, { participant: owner, network: 0, unit, kind, floorMicros: floor } as Args<
          typeof accountOpen
        >)
        .then((e) => e.account);
    ({ unit: c.unit } = await world.must(host, unitRegister, {
      unitKind: 'DUES',
      currency: 'AUD',
      region: 'area',
      ceilingMicros: 0,
    } as Args<typeof unitRegister>));
    ({ unit: c.series } = await world.must(host, unitRegister, {
      unitKind: 'SPARKZ',
      currency: 'AUD',
      region: 'area',
      ceilingMicros: options.ceiling ?? 1_000_000_000_000,
    } as Args<typeof unitRegister>));
    c.payees.retailer = await open('PAYEE', c.unit);
    c.payees.network = await open('PAYEE', c.unit);
    c.rounding = await open('ROUNDING', c.unit);
    c.treasury = await open('TREASURY', c.series);
    ({ network: c.network } = await world.must(operator, networkRegister, {
      networkId: 'feeder',
      intervalSeconds: 900,
      timeZone: 'Australia/Perth',
      priceCapMicrosPerMWh: options.priceCap ?? null,
    } as Args<typeof networkRegister>));
    const lines = options.lines?.(c.payees) ?? [
      line('energy', 'IMPORT_WH', perKWh(0.3), c.payees.retailer),
      line('feed-in', 'EXPORT_WH', perKWh(0.05), c.payees.retailer),
    ];
    ({ tariff: c.tariff } = await world.must(host, tariffPublish, {
      tariffId: 'home',
      effectiveFrom: 0,
      lines,
    } as Args<typeof tariffPublish>));
    ({ market: c.market } = await world.must(host, marketCreate, {
      marketId: 'street',
      network: c.network,
      unit: c.unit,
      roundingAccount: c.rounding,
      kNumerator: options.k?.[0] ?? 1,
      kDenominator: options.k?.[1] ?? 2,
    } as Args<typeof marketCreate>));
    for (let i = 0; i < (options.homes ?? 2); i++) {
      const { participant: number } = await world.must(host, participantRegister, {
        participantId: `home-${i}`,
      });
      const { connection } = await world.must(operator, connectionRegister, {
        meterId: `meter-${i}`,
        participant: number,
        network: c.network,
        zone: 'z1',
        meteringDataProvider: PROVIDER,
        sanctionedLoadW: 40_000,
        generationCapacityW: 40_000,
        validFrom: from,
      } as Args<typeof connectionRegister>);
      const dues = await open('DUES', c.unit, number, options.duesFloor ?? -1_000_000_000);
      const receivable = await open('RECEIVABLE', c.unit, number);
      const wallet = await open('WALLET', c.series, number);
      await world.must(host, membershipSet, {
        market: c.market,
        connection,
        tariff: c.tariff,
        duesAccount: dues,
        receivableAccount: receivable,
        effectiveFrom: from,
      } as Args<typeof membershipSet>);
      c.homes.push({ participant: number, connection, dues, receivable, wallet });
      if (options.preferences ?? true) await c.prefer(i, 0.05, 0.3, from);
    }
    world.at(from + QUARTER);
    return c;
  }

  prefer(
    home: number,
    sell: number | null,
    buy: number | null,
    from: number,
  ): Promise<Record<string, number>> {
    return this.world.must(participant(this.homes[home].participant), communityPreferenceSet, {
      market: this.market,
      connection: this.homes[home].connection,
      minSellPriceMicrosPerMWh: sell === null ? null : perKWh(sell),
      maxBuyPriceMicrosPerMWh: buy === null ? null : perKWh(buy),
      effectiveFrom: from,
    } as Args<typeof communityPreferenceSet>);
  }

  /** `seller` proposes and `buyer` accepts; answers the agreement's number. */
  async agree(
    kind: 'CONTRACTED' | 'NOMINATED',
    seller: number,
    buyer: number,
    price: number,
    limitWh: number | null = null,
    from = START_MS,
  ): Promise<number> {
    const { agreement } = await this.propose(kind, seller, buyer, price, limitWh, from);
    await this.world.must(participant(this.homes[buyer].participant), agreementAccept, {
      market: this.market,
      agreement,
    });
    return agreement;
  }

  propose(
    kind: 'CONTRACTED' | 'NOMINATED',
    seller: number,
    buyer: number,
    price: number,
    limitWh: number | null = null,
    from = START_MS,
  ): Promise<Record<string, number>> {
    return this.world.must(participant(this.homes[seller].participant), agreementPropose, {
      market: this.market,
      kind,
      seller: this.homes[seller].connection,
      buyer: this.homes[buyer].connection,
      priceMicrosPerMWh: perKWh(price),
      limitWh,
      effectiveFrom: from,
      effectiveTo: null,
    } as Args<typeof agreementPropose>);
  }

  private rows(wh: readonly (readonly [importWh: number, exportWh: number])[]) {
    return {
      connection: this.homes.slice(0, wh.length).map((h) => h.connection),
      importWh: wh.map(([importWh]) => importWh),
      exportWh: wh.map(([, exportWh]) => exportWh),
      quality: wh.map(() => 'ACTUAL' as const),
    };
  }

  read(start: number, wh: readonly (readonly [number, number])[]): Promise<Outcome> {
    return this.world.give(provider, readingsRecord, {
      network: this.network,
      start,
      durationSeconds: 900,
      source: 'file-1',
      rows: this.rows(wh),
    } as unknown as Args<typeof readingsRecord>);
  }

  revise(start: number, wh: readonly (readonly [number, number])[]): Promise<Outcome> {
    return this.world.give(provider, readingsRevise, {
      network: this.network,
      start,
      durationSeconds: 900,
      source: 'file-2',
      reason: 'meter replaced',
      rows: this.rows(wh),
    } as unknown as Args<typeof readingsRevise>);
  }

  settle(start: number): Promise<Outcome> {
    return this.world.give(host, intervalSettle, { market: this.market, start } as Args<
      typeof intervalSettle
    >);
  }

  /** Reads and settles an interval; answers the run. */
  async run(start: number, wh: readonly (readonly [number, number])[]): Promise<Run> {
    const read = await this.read(start, wh);
    if (read.code !== 'OK') throw new Error(`readings were refused: ${read.code} ${read.field}`);
    const settled = await this.settle(start);
    if (settled.code !== 'OK') throw new Error(`settlement was refused: ${settled.code} ${settled.field}`);
    return new Run(settled.events);
  }

  async mint(
    home: number,
    amountMicros: number,
    receiptReference = `r-${home}-${amountMicros}`,
  ): Promise<Outcome> {
    return this.world.give(host, sparkzMint, {
      unit: this.series,
      to: this.homes[home].wallet,
      amountMicros,
      receiptReference,
    } as Args<typeof sparkzMint>);
  }

  /** Balance, held and postings of an account, from its page in state. */
  async account(number: number): Promise<{ balance: number; held: number; postings: number }> {
    const page = await this.world.ledger.readState(`${this.world.lane}/acct/${Math.floor(number / 512)}`);
    const [, balance, held, postings] = JSON.parse(Buffer.from(page ?? []).toString()) as [
      number,
      number[],
      number[],
      number[],
    ];
    return { balance: balance[number % 512], held: held[number % 512], postings: postings[number % 512] };
  }
}

export class Run {
  constructor(readonly events: readonly SeenEvent[]) {}
  private event(name: string): SeenEvent | undefined {
    return this.events.find((e) => e.name === name);
  }
  get settled(): SeenEvent {
    return this.event('intervalSettled') as SeenEvent;
  }
  get price(): number | null {
    return this.settled.fields.communityPriceMicrosPerMWh as number | null;
  }
  column(name: string): number[] {
    return this.settled.rows[name] as number[];
  }
  /** Bilateral trades: agreement, Wh, price, amount. */
  get trades(): number[][] {
    const rows = this.event('tradesMade')?.rows;
    if (!rows) return [];
    return (rows.agreement as number[]).map((_, i) =>
      ['agreement', 'quantityWh', 'priceMicrosPerMWh', 'amountMicros'].map((n) => rows[n][i] as number),
    );
  }
  get postings(): Map<number, number> {
    const rows = this.event('posted')?.rows;
    return new Map(rows ? (rows.account as number[]).map((a, i) => [a, rows.amountMicros[i] as number]) : []);
  }
}
