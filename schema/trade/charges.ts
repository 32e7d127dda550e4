/**
 * What the lines of a tariff come to. The ledger charges by this function and the read model shows lines by it, so
 * that a bill can be taken apart without a row for each line: a line is a pure function of tariff, quantities, load
 * and interval.
 */
import { addSafe, amountMicros, mulDivRound } from '../arithmetic.js';
import type { MicrosPerMWh, MoneyMicros, Wh } from '../units.js';

export type TariffBasis = 'IMPORT_WH' | 'EXPORT_WH' | 'DAY' | 'W_DAY';

export interface TariffLine {
  readonly lineId: string;
  readonly payee: number;
  readonly basis: TariffBasis;
  /**
   * IMPORT_WH: micros per MWh that the member pays. EXPORT_WH: micros per MWh that the member receives. DAY: micros
   * per 24 hours. W_DAY: micros per MW of sanctioned load and 24 hours.
   */
  readonly rateMicros: number;
  readonly taxCode: string;
  /** Whether energy that was traded with a member pays the line too. */
  readonly staysPayableOnTraded: boolean;
}

/** Energy of one connection and interval, in Wh. */
export interface ChargedEnergy {
  readonly importWh: number;
  readonly exportWh: number;
  /** Bought from and sold to members, over all stages. */
  readonly boughtWh: number;
  readonly soldWh: number;
}

export interface ChargedInterval {
  /** Start in ms since 1970. */
  readonly start: number;
  readonly durationSeconds: number;
  readonly sanctionedLoadW: number;
}

const DAY_SECONDS = 86_400;
const W_PER_MW = 1_000_000;

/** Wh that a line is charged on; 0 for standing lines. */
export function lineQuantityWh(line: TariffLine, e: ChargedEnergy): number {
  switch (line.basis) {
    case 'IMPORT_WH':
      return line.staysPayableOnTraded ? e.importWh : e.importWh - e.boughtWh;
    case 'EXPORT_WH':
      return line.staysPayableOnTraded ? e.exportWh : e.exportWh - e.soldWh;
    case 'DAY':
    case 'W_DAY':
      return 0;
  }
}

/** Micros that the member pays for a line; negative: it receives. `quantityWh` counts for energy lines only. */
export function lineAmountMicros(line: TariffLine, quantityWh: number, i: ChargedInterval): number {
  switch (line.basis) {
    case 'IMPORT_WH':
      return amountMicros(line.rateMicros as MicrosPerMWh, quantityWh as Wh);
    case 'EXPORT_WH':
      return 0 - amountMicros(line.rateMicros as MicrosPerMWh, quantityWh as Wh);
    case 'DAY':
      return shareOfDay(line.rateMicros, i);
    case 'W_DAY':
      return shareOfDay(mulDivRound(line.rateMicros, i.sanctionedLoadW, W_PER_MW) as MoneyMicros, i);
  }
}

/** An interval's share of an amount per 24 hours; the shares of a UTC day sum to it exactly. */
function shareOfDay(perDayMicros: number, i: ChargedInterval): number {
  const from = (i.start / 1000) % DAY_SECONDS;
  const upToEnd = mulDivRound(perDayMicros, from + i.durationSeconds, DAY_SECONDS);
  return upToEnd - mulDivRound(perDayMicros, from, DAY_SECONDS);
}

/** What a tariff comes to for one connection and interval, by the part of the bill; micros, positive: it pays. */
export interface TariffSums {
  /** Import lines on energy from the retailer. */
  readonly residualImportMicros: number;
  /** Export lines on energy to the retailer; negative where it earns feed-in. */
  readonly residualExportMicros: number;
  /** What lines that stay payable come to on traded energy. */
  readonly leviesMicros: number;
  /** Lines by the day and by capacity. */
  readonly standingMicros: number;
  /** What all lines would come to without any trade. */
  readonly retailOnlyMicros: number;
}

/** Sums the lines of a tariff; tells each line's amount as it goes. */
export function tariffSums(
  lines: readonly TariffLine[],
  energy: ChargedEnergy,
  interval: ChargedInterval,
  charge: (line: TariffLine, quantityWh: number, amountMicros: number) => void = () => undefined,
): TariffSums {
  const sums = {
    residualImportMicros: 0,
    residualExportMicros: 0,
    leviesMicros: 0,
    standingMicros: 0,
    retailOnlyMicros: 0,
  };
  for (const line of lines) {
    const isImport = line.basis === 'IMPORT_WH';
    if (isImport || line.basis === 'EXPORT_WH') {
      const measuredWh = isImport ? energy.importWh : energy.exportWh;
      const residualWh = measuredWh - (isImport ? energy.boughtWh : energy.soldWh);
      const retail = lineAmountMicros(line, measuredWh, interval);
      const residual = residualWh === measuredWh ? retail : lineAmountMicros(line, residualWh, interval);
      const quantityWh = lineQuantityWh(line, energy);
      // It is charged on the one or the other.
      const amount = quantityWh === measuredWh ? retail : residual;
      charge(line, quantityWh, amount);
      if (isImport) sums.residualImportMicros = addSafe(sums.residualImportMicros, residual);
      else sums.residualExportMicros = addSafe(sums.residualExportMicros, residual);
      sums.leviesMicros = addSafe(sums.leviesMicros, amount - residual);
      sums.retailOnlyMicros = addSafe(sums.retailOnlyMicros, retail);
    } else {
      const amount = lineAmountMicros(line, 0, interval);
      charge(line, 0, amount);
      sums.standingMicros = addSafe(sums.standingMicros, amount);
      sums.retailOnlyMicros = addSafe(sums.retailOnlyMicros, amount);
    }
  }
  return sums;
}
