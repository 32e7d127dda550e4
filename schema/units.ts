/**
 * Units as types. A number that carries a unit cannot be passed where another unit is meant.
 * On the ledger every amount is a safe integer (K8); outside it travels as a decimal string.
 */
declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** Energy in watt-hours. */
export type Wh = Quantity<'Wh'>;
/** Power in watts. */
export type W = Quantity<'W'>;
/** Money in millionths of the currency's main unit. */
export type MoneyMicros = Quantity<'MoneyMicros'>;
/** Price in micros of the currency per MWh: 0.30 a kWh is 300,000,000. */
export type MicrosPerMWh = Quantity<'MicrosPerMWh'>;
/** POWR in its smallest unit, 10^-6 POWR. */
export type PowrUnits = Quantity<'PowrUnits'>;
/** Grams of carbon dioxide equivalent. */
export type GramsCO2e = Quantity<'GramsCO2e'>;
/** Hundredths of a percent. */
export type BasisPoints = Quantity<'BasisPoints'>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Quantity<'Instant'>;

/** Names the unit of a plain integer, at the edge where it enters the typed world. */
export const wh = (value: number): Wh => value as Wh;
export const watts = (value: number): W => value as W;
export const micros = (value: number): MoneyMicros => value as MoneyMicros;
export const microsPerMWh = (value: number): MicrosPerMWh => value as MicrosPerMWh;
export const instant = (value: number): Instant => value as Instant;
