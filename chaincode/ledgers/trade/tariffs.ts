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
  return { version, lines: linesOf(records, lineScope(tariff, version)) };
}

const LINE = TARIFF_LINES.at;

/** The lines of a version, which lie in one page: it has room for more than a version may have. */
function linesOf(records: Records, scope: string): TariffLine[] {
  const { columns } = records.pageOf(TARIFF_LINES, 0, scope);
  const lines: TariffLine[] = [];
  for (let i = 0; i < columns[LINE.lineId].length; i++) {
    lines.push({
      lineId: columns[LINE.lineId][i] as string,
      payee: columns[LINE.payee][i] as number,
      basis: TARIFF_BASIS[columns[LINE.basis][i] as number],
      rateMicros: columns[LINE.rateMicros][i] as number,
      taxCode: columns[LINE.taxCode][i] as string,
      staysPayableOnTraded: columns[LINE.staysPayable][i] === 1,
    });
  }
  return lines;
}
