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

/** Each line of each position, summed by line and payee in the order in which tariffs name them. */
export function linesOf(lane: string, positions: readonly Row[], versions: readonly Row[]): StatementLine[] {
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
  for (const p of positions) {
    const lines = tariffs.get(`${String(p.tariff)}.${String(p.tariff_version)}`);
    if (!lines) throw new Error('a position cites a tariff version that is not there');
    tariffSums(lines, energyOf(p), intervalOf(p), (line, quantityWh, amountMicros) => {
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

function energyOf(p: Row): Parameters<typeof tariffSums>[1] {
  const wh = (column: string): number => Number(p[column]);
  return {
    importWh: wh('import_wh'),
    exportWh: wh('export_wh'),
    boughtWh: wh('contracted_bought_wh') + wh('nominated_bought_wh') + wh('community_bought_wh'),
    soldWh: wh('contracted_sold_wh') + wh('nominated_sold_wh') + wh('community_sold_wh'),
  };
}

const intervalOf = (p: Row): Parameters<typeof tariffSums>[2] => ({
  start: Number(p.start),
  durationSeconds: p.interval_seconds as number,
  sanctionedLoadW: Number(p.sanctioned_load_w),
});
