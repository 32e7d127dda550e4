/** Gathers all that the settlement of an interval reads. Whoever triggers it, the inputs are the ledger's own. */
import type { Records } from '../../kernel/records.js';
import type { Context } from '../../kernel/registry.js';
import { require } from '../../kernel/unit-of-work.js';
import { CONTRACTED, sellsAt } from './agreements.js';
import {
  AGREEMENTS,
  BOOKS,
  CONNECTIONS,
  intervalScope,
  READINGS,
  SLOTS,
  type MarketRecord,
  type NetworkRecord,
} from './pages.js';
import { membershipAt, type MarketInterval } from './members.js';
import type { Bilateral, IntervalInput } from './rules/interval.js';
import { tariffInForce, type TariffInForce } from './tariffs.js';
import {
  BUYER_PRIORITIES,
  MEMBERSHIPS,
  PREFERENCES,
  SELLER_PRIORITIES,
  type PreferenceVersion,
  type PriorityVersion,
} from './versions.js';

/** A nomination that is not in its side's list comes after all that are. */
const UNRANKED = Number.MAX_SAFE_INTEGER;
/** Who has said nothing of the community neither sells to it nor buys from it. */
const NO_PREFERENCE: PreferenceVersion = [0, null, null];

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
  /** What of it was in force. */
  readonly tariffVersion: readonly number[];
  readonly tariffLines: readonly TariffInForce['lines'][];
}

/** All inputs of an interval whose readings are there (members.ts). */
export function gatherInputs(
  c: Context,
  interval: MarketInterval,
  market: MarketRecord,
  of: NetworkRecord,
): SettlementInputs {
  const { records } = c;
  const members = membersOf(c, interval, of.slots);
  const { contracts, nominations } = offersOf(records, interval, members);
  return {
    interval: {
      start: interval.startMs,
      members: members.columns,
      contracts,
      nominations,
      kNumerator: market.kNumerator,
      kDenominator: market.kDenominator,
      capMicrosPerMWh: of.priceCap,
    },
    durationSeconds: interval.seconds,
    ...members.found,
  };
}

const SLOT = SLOTS.at;
const READING = READINGS.at;
const AGREEMENT = AGREEMENTS.at;

/** Members of an interval, as columns in the order of their slots. */
class Members {
  readonly slot: number[] = [];
  /** Their indexes by connection. */
  readonly indexOf = new Map<number, number>();
  readonly columns = {
    account: [] as number[],
    participant: [] as number[],
    importWh: [] as number[],
    exportWh: [] as number[],
    minSellMicrosPerMWh: [] as (number | null)[],
    maxBuyMicrosPerMWh: [] as (number | null)[],
  };
  readonly found = {
    connection: [] as number[],
    revision: [] as number[],
    sanctionedLoadW: [] as number[],
    duesAccount: [] as number[],
    receivableAccount: [] as number[],
    tariff: [] as number[],
    tariffVersion: [] as number[],
    tariffLines: [] as TariffInForce['lines'][],
  };
}

function membersOf(c: Context, interval: MarketInterval, slots: number): Members {
  const { records } = c;
  const { scope, startMs } = interval;
  const readingScope = intervalScope(interval.network, startMs);
  records.needAll(SLOTS, slots, scope);
  records.needAll(READINGS, slots, readingScope);
  records.needAll(BOOKS, slots, scope);
  MEMBERSHIPS.needAll(records, scope, slots);
  PREFERENCES.needAll(records, scope, slots);
  const connections: number[] = [];
  for (let slot = 0; slot < slots; slot++) connections.push(records.value(SLOTS, 'connection', slot, scope));
  records.needThese(CONNECTIONS, connections);

  const members = new Members();
  const { columns, found } = members;
  const tariffs = new Map<number, TariffInForce>();
  records.work.together(connections, (connection, slot) => {
    const membership = membershipAt(records, interval, slot);
    if (!membership) return;
    const [, tariffNumber, dues, receivable] = membership;
    let tariff = tariffs.get(tariffNumber);
    if (!tariff) {
      tariff = tariffInForce(records, tariffNumber, startMs);
      require(tariff !== undefined, 'NO_TARIFF', 'start');
      tariffs.set(tariffNumber, tariff);
    }
    const [, minSell, maxBuy] = PREFERENCES.at(records, scope, slot, startMs) ?? NO_PREFERENCE;
    const slotColumns = records.pageOf(SLOTS, slot, scope).columns as number[][];
    const place = slot % SLOTS.perPage;
    const readings = records.pageOf(READINGS, slot, readingScope).columns as number[][];
    const at = slot % READINGS.perPage;
    members.indexOf.set(connection, found.connection.length);
    members.slot.push(slot);
    columns.account.push(dues);
    columns.participant.push(slotColumns[SLOT.participant][place]);
    columns.importWh.push(readings[READING.importWh][at]);
    columns.exportWh.push(readings[READING.exportWh][at]);
    columns.minSellMicrosPerMWh.push(minSell);
    columns.maxBuyMicrosPerMWh.push(maxBuy);
    found.connection.push(connection);
    found.revision.push(readings[READING.revision][at]);
    found.sanctionedLoadW.push(slotColumns[SLOT.sanctionedLoadW][place]);
    found.duesAccount.push(dues);
    found.receivableAccount.push(receivable);
    found.tariff.push(tariffNumber);
    found.tariffVersion.push(tariff.version);
    found.tariffLines.push(tariff.lines);
  });
  require(found.connection.length > 0, 'READINGS_INCOMPLETE', 'start');
  c.accounts.need(found.duesAccount);
  return members;
}

/** The agreements that count in an interval and both sides of which are members. */
function offersOf(
  records: Records,
  { scope, startMs }: MarketInterval,
  { slot: slotOf, indexOf }: Members,
): { contracts: Bilateral[]; nominations: Bilateral[] } {
  const contracts: Bilateral[] = [];
  const nominations: Bilateral[] = [];
  const rank = (side: typeof SELLER_PRIORITIES, slot: number, agreement: number): number => {
    const version: PriorityVersion | undefined = side.at(records, scope, slot, startMs);
    const at = version ? version[1].indexOf(agreement) : -1;
    return at < 0 ? UNRANKED : at;
  };
  records.work.together(slotOf, (slot, seller) => {
    for (const agreement of sellsAt(records, scope, slot, startMs)) {
      const terms = records.pageOf(AGREEMENTS, agreement).columns as number[][];
      const at = agreement % AGREEMENTS.perPage;
      const buyer = indexOf.get(terms[AGREEMENT.buyer][at]);
      // The other side is not in force in this interval.
      if (buyer === undefined) continue;
      const isContract = terms[AGREEMENT.kind][at] === CONTRACTED;
      (isContract ? contracts : nominations).push({
        agreement,
        seller,
        buyer,
        priceMicrosPerMWh: terms[AGREEMENT.priceMicrosPerMWh][at],
        limitWh: terms[AGREEMENT.limitWh][at],
        sellerRank: isContract ? 0 : rank(SELLER_PRIORITIES, slot, agreement),
        buyerRank: isContract ? 0 : rank(BUYER_PRIORITIES, slotOf[buyer], agreement),
      });
    }
  });
  return { contracts, nominations };
}
