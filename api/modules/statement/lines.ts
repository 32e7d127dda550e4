/** Lines of a statement: they follow from tariff and quantities, by the function that the ledger charged by. */
import { tariffSums, type TariffLine } from '../../../schema/trade/charges.js';
import { encodeNodeId } from '../../node-id.js';
import type { Row } from '../row.js';
import type { StatementLine } from './types.js';

interface Sum {
  readonly line: TariffLine;
  wh: bigint;
  micros: bigint;
}

/** A line as the read model keeps it: numbers as text. */
type StoredLine = Omit<TariffLine, 'payee' | 'rateMicros'> & {
  readonly payee: string;
  readonly rateMicros: string;
};

const linesIn = (version: Row): TariffLine[] =>
  (version.lines as StoredLine[]).map((line) => ({
    ...line,
    payee: Number(line.payee),
    rateMicros: Number(line.rateMicros),
  }));

/**
 * Each line of each interval, summed by line and payee in the order in which tariffs name them. `intervals` holds a
 * column of the intervals under each name.
 */
export function linesOf(lane: string, intervals: Row, versions: readonly Row[]): StatementLine[] {
  const tariffs = new Map(versions.map((v) => [`${String(v.tariff)}.${String(v.version)}`, linesIn(v)]));
  const sums = new Map<string, Sum>();
  /** One sum for a line of a version, looked up once. */
  const ofLine = new Map<TariffLine, Sum>();
  for (const lines of tariffs.values()) {
    for (const line of lines) {
      const key = [line.lineId, line.payee, line.basis, line.taxCode].join(' ');
      const sum = sums.get(key) ?? { line, wh: 0n, micros: 0n };
      sums.set(key, sum);
      ofLine.set(line, sum);
    }
  }
  const column = (name: string): readonly (string | number)[] =>
    (intervals[name] ?? []) as (string | number)[];
  const [tariff, version] = [column('tariffs'), column('tariff_versions')];
  const [start, seconds, load] = [column('starts'), column('seconds'), column('loads')];
  const [imported, exported, bought, sold] = ['imports', 'exports', 'boughts', 'solds'].map(column);
  for (let i = 0; i < start.length; i++) {
    const lines = tariffs.get(`${tariff[i]}.${version[i]}`);
    if (!lines) throw new Error('a position cites a tariff version that is not there');
    const energy = {
      importWh: Number(imported[i]),
      exportWh: Number(exported[i]),
      boughtWh: Number(bought[i]),
      soldWh: Number(sold[i]),
    };
    const interval = {
      start: Number(start[i]),
      durationSeconds: Number(seconds[i]),
      sanctionedLoadW: Number(load[i]),
    };
    tariffSums(lines, energy, interval, (line, quantityWh, amountMicros) => {
      const sum = ofLine.get(line) as Sum;
      sum.wh += BigInt(quantityWh);
      sum.micros += BigInt(amountMicros);
    });
  }
  return [...sums.values()].map(({ line, wh, micros }) => ({
    lineId: line.lineId,
    basis: line.basis,
    payee: encodeNodeId('Account', lane, line.payee),
    taxCode: line.taxCode,
    quantityWh: String(wh),
    amountMicros: String(micros),
  }));
}
