/** The rules of the demonstration community, as data: tariff, preferences, agreements. Prices in micros per MWh. */
import type { TariffLine } from '../../schema/trade/charges.js';

export const ORGANISATIONS = {
  host: { organisation: 'Brightwater', role: 'HOST' },
  operator: { organisation: 'Gridline', role: 'NETWORK_OPERATOR' },
  provider: { organisation: 'Meterworks', role: 'METERING_DATA_PROVIDER' },
  regulator: { organisation: 'EnergyOffice', role: 'REGULATOR' },
} as const;

const perKWh = (price: number): number => Math.round(price * 1_000_000_000);

export type PayeeName = 'retailer' | 'network' | 'environment';

/** 0.22 energy, 0.07 network and 0.02 environment a kWh, 0.30 a day, 0.08 feed-in. */
export function tariffLines(payees: Readonly<Record<PayeeName, number>>): TariffLine[] {
  const line = (
    lineId: string,
    payee: PayeeName,
    basis: TariffLine['basis'],
    rateMicros: number,
    staysPayableOnTraded: boolean,
  ): TariffLine => ({
    lineId,
    payee: payees[payee],
    basis,
    rateMicros,
    taxCode: 'STANDARD',
    staysPayableOnTraded,
  });
  return [
    line('energy', 'retailer', 'IMPORT_WH', perKWh(0.22), false),
    line('network', 'network', 'IMPORT_WH', perKWh(0.07), true),
    line('environment', 'environment', 'IMPORT_WH', perKWh(0.02), true),
    line('standing', 'retailer', 'DAY', 300_000, false),
    line('feed-in', 'retailer', 'EXPORT_WH', perKWh(0.08), false),
  ];
}

/**
 * Everybody sells for feed-in or more and buys for the retailer's energy price or less, so that whatever two members
 * would both gain from trading is traded: min(Σ export, Σ import) of each interval.
 */
export const PREFERENCE = { minSellMicrosPerMWh: perKWh(0.08), maxBuyMicrosPerMWh: perKWh(0.22) } as const;

/** k of the uniform price: the middle of its legal interval. */
export const PRICE_WEIGHT = { numerator: 1, denominator: 2 } as const;

export interface PlannedAgreement {
  readonly kind: 'CONTRACTED' | 'NOMINATED';
  /** Place of the seller among homes with solar, and of the buyer among homes without. */
  readonly seller: number;
  readonly buyer: number;
  readonly priceMicrosPerMWh: number;
  readonly limitWh: number;
}

/** A shared plant with three contracts; three nominations, one of them an energy gift. */
export const AGREEMENTS: readonly PlannedAgreement[] = [
  { kind: 'CONTRACTED', seller: 0, buyer: 0, priceMicrosPerMWh: perKWh(0.14), limitWh: 150 },
  { kind: 'CONTRACTED', seller: 0, buyer: 1, priceMicrosPerMWh: perKWh(0.14), limitWh: 150 },
  { kind: 'CONTRACTED', seller: 0, buyer: 2, priceMicrosPerMWh: perKWh(0.14), limitWh: 100 },
  { kind: 'NOMINATED', seller: 1, buyer: 3, priceMicrosPerMWh: perKWh(0.12), limitWh: 200 },
  { kind: 'NOMINATED', seller: 1, buyer: 4, priceMicrosPerMWh: 0, limitWh: 40 },
  { kind: 'NOMINATED', seller: 2, buyer: 0, priceMicrosPerMWh: perKWh(0.16), limitWh: 120 },
];

/** Most that a dues account may owe, and what each wallet starts with, in micros. */
export const DUES_FLOOR_MICROS = -500_000_000;
export const WALLET_MICROS = 50_000_000;
export const SERIES_CEILING_MICROS = 1_000_000_000_000;
