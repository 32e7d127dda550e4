/** Tariffs as settlement reads them. */
import { TARIFF_BASIS } from '../../../schema/trade/market.js';
import type { TariffLine } from '../../../schema/trade/charges.js';
import type { Records } from '../../kernel/records.js';
import { TARIFF_LINES, TARIFFS, type TariffRecord } from './pages.js';

/** Scope of the lines of a tariff's version. */
export const lineScope = (tariff: number, version: number): string => `${tariff}.${version}.`;

/** Number of the version in force at an instant, from 1; 0 where there is none yet. */
export function versionAt(tariff: TariffRecord, instantMs: number): number {
  let version = tariff.from.length;
  while (version > 0 && tariff.from[version - 1] > instantMs) version--;
  return version;
}

export interface TariffInForce {
  readonly version: number;
  readonly lines: readonly TariffLine[];
}

/** The version of a tariff that is in force at an instant. */
export function tariffInForce(
  records: Records,
  tariff: number,
  instantMs: number,
): TariffInForce | undefined {
  const record = records.get(TARIFFS, tariff);
  const version = record ? versionAt(record, instantMs) : 0;
  if (version === 0) return undefined;
  const scope = lineScope(tariff, version);
  const lines: TariffLine[] = [];
  for (let i = 0; ; i++) {
    const line = records.get(TARIFF_LINES, i, scope);
    if (!line) return { version, lines };
    lines.push({
      lineId: line.lineId,
      payee: line.payee,
      basis: TARIFF_BASIS[line.basis],
      rateMicros: line.rateMicros,
      taxCode: line.taxCode,
      staysPayableOnTraded: line.staysPayable === 1,
    });
  }
}
