/** Gathers all that the settlement of an interval reads. Whoever triggers it, the inputs are the ledger's own. */
import type { Context } from '../../kernel/registry.js';
import { require } from '../../kernel/unit-of-work.js';
import { network } from './access.js';
import { CONTRACTED, sellsAt } from './agreements.js';
import {
  AGREEMENTS,
  BOOKS,
  CONNECTIONS,
  intervalScope,
  READINGS,
  SLOTS,
  type AgreementRecord,
  type MarketRecord,
} from './pages.js';
import { memberAt } from './members.js';
import type { Bilateral, IntervalInput } from './rules/interval.js';
import { tariffInForce, type TariffInForce } from './tariffs.js';
import {
  BUYER_PRIORITIES,
  MEMBERSHIPS,
  PREFERENCES,
  SELLER_PRIORITIES,
  type PriorityVersion,
} from './versions.js';

/** A nomination that is not in its side's list comes after all that are. */
const UNRANKED = Number.MAX_SAFE_INTEGER;

export interface SettlementInputs {
  readonly interval: IntervalInput;
  readonly durationSeconds: number;
  /** By member, in the order of the slots. */
  readonly connection: readonly number[];
  readonly revision: readonly number[];
  readonly sanctionedLoadW: readonly number[];
  readonly duesAccount: readonly number[];
  readonly receivableAccount: readonly number[];
  readonly tariff: readonly number[];
  readonly tariffs: readonly TariffInForce[];
}

/** All inputs of an interval whose readings are there (members.ts). */
export function gatherInputs(
  c: Context,
  number: number,
  market: MarketRecord,
  startMs: number,
): SettlementInputs {
  const { records } = c;
  const { slots, intervalSeconds, priceCap } = network(c, market.network);
  const scope = `${market.network}.`;
  const readingScope = intervalScope(market.network, startMs);
  records.needAll(SLOTS, slots, scope);
  records.needAll(READINGS, slots, readingScope);
  records.needAll(BOOKS, slots, scope);
  MEMBERSHIPS.needAll(records, scope, slots);
  PREFERENCES.needAll(records, scope, slots);
  const connections: number[] = [];
  for (let slot = 0; slot < slots; slot++) connections.push(records.value(SLOTS, 'connection', slot, scope));
  records.needThese(CONNECTIONS, connections);

  const members = {
    account: [] as number[],
    participant: [] as number[],
    importWh: [] as number[],
    exportWh: [] as number[],
    minSellMicrosPerMWh: [] as (number | null)[],
    maxBuyMicrosPerMWh: [] as (number | null)[],
  };
  const found = {
    connection: [] as number[],
    revision: [] as number[],
    sanctionedLoadW: [] as number[],
    duesAccount: [] as number[],
    receivableAccount: [] as number[],
    tariff: [] as number[],
    tariffs: [] as TariffInForce[],
  };
  const tariffs = new Map<number, TariffInForce>();
  const indexOf = new Map<number, number>();
  const slotOf: number[] = [];
  const interval = { market: number, network: market.network, startMs, seconds: intervalSeconds };
  records.work.together(connections.keys(), (slot) => {
    const member = memberAt(records, interval, slot);
    if (!member) return;
    const { at, membership } = member;
    const [, tariffNumber, dues, receivable] = membership;
    let tariff = tariffs.get(tariffNumber);
    if (!tariff) {
      tariff = tariffInForce(records, tariffNumber, startMs);
      require(tariff !== undefined, 'NO_TARIFF', 'start');
      tariffs.set(tariffNumber, tariff);
    }
    const [, minSell, maxBuy] = PREFERENCES.at(records, scope, slot, startMs) ?? [0, null, null];
    indexOf.set(at.connection, found.connection.length);
    slotOf.push(slot);
    members.account.push(dues);
    members.participant.push(at.participant);
    members.importWh.push(records.value(READINGS, 'importWh', slot, readingScope));
    members.exportWh.push(records.value(READINGS, 'exportWh', slot, readingScope));
    members.minSellMicrosPerMWh.push(minSell);
    members.maxBuyMicrosPerMWh.push(maxBuy);
    found.connection.push(at.connection);
    found.revision.push(records.value(READINGS, 'revision', slot, readingScope));
    found.sanctionedLoadW.push(at.sanctionedLoadW);
    found.duesAccount.push(dues);
    found.receivableAccount.push(receivable);
    found.tariff.push(tariffNumber);
    found.tariffs.push(tariff);
  });
  require(found.connection.length > 0, 'READINGS_INCOMPLETE', 'start');
  c.accounts.need(found.duesAccount);

  const contracts: Bilateral[] = [];
  const nominations: Bilateral[] = [];
  const rank = (side: typeof SELLER_PRIORITIES, slot: number, agreement: number): number => {
    const version: PriorityVersion | undefined = side.at(records, scope, slot, startMs);
    const at = version ? version[1].indexOf(agreement) : -1;
    return at < 0 ? UNRANKED : at;
  };
  records.work.together(slotOf.entries(), ([seller, slot]) => {
    for (const agreement of sellsAt(records, market.network, slot, startMs)) {
      const record = records.get(AGREEMENTS, agreement) as AgreementRecord;
      const buyer = indexOf.get(record.buyer);
      // The other side is not in force in this interval.
      if (buyer === undefined) continue;
      const isContract = record.kind === CONTRACTED;
      (isContract ? contracts : nominations).push({
        agreement,
        seller,
        buyer,
        priceMicrosPerMWh: record.priceMicrosPerMWh,
        limitWh: record.limitWh,
        sellerRank: isContract ? 0 : rank(SELLER_PRIORITIES, slot, agreement),
        buyerRank: isContract ? 0 : rank(BUYER_PRIORITIES, slotOf[buyer], agreement),
      });
    }
  });
  return {
    interval: {
      start: startMs,
      members,
      contracts,
      nominations,
      kNumerator: market.kNumerator,
      kDenominator: market.kDenominator,
      capMicrosPerMWh: priceCap,
    },
    durationSeconds: intervalSeconds,
    ...found,
  };
}
