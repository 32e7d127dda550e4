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
 * Each line of each interval, summed by line and payee in the order in which tariffs name them. A row of
 * `connections` holds a column of its intervals under each name.
 */
export function linesOf(
  lane: string,
  connections: readonly Row[],
  versions: readonly Row[],
): StatementLine[] {
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
  for (const connection of connections) {
    chargeIntervals(connection, tariffs, (line, quantityWh, amountMicros) => {
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

type Charge = (line: TariffLine, quantityWh: number, amountMicros: number) => void;

/** Charges each interval of a connection by the tariff version that it cites. */
function chargeIntervals(
  connection: Row,
  tariffs: ReadonlyMap<string, readonly TariffLine[]>,
  charge: Charge,
): void {
  const column = (name: string): readonly (string | number)[] =>
    (connection[name] ?? []) as (string | number)[];
  const [tariff, version, start] = ['tariffs', 'tariff_versions', 'starts'].map(column);
  const [imported, exported, bought, sold] = ['imports', 'exports', 'boughts', 'solds'].map(column);
  const durationSeconds = connection.seconds as number;
  const sanctionedLoadW = Number(connection.load);
  for (let i = 0; i < start.length; i++) {
    const lines = tariffs.get(`${tariff[i]}.${version[i]}`);
    if (!lines) throw new Error('a position cites a tariff version that is not there');
    const energy = {
      importWh: Number(imported[i]),
      exportWh: Number(exported[i]),
      boughtWh: Number(bought[i]),
      soldWh: Number(sold[i]),
    };
    tariffSums(lines, energy, { start: Number(start[i]), durationSeconds, sanctionedLoadW }, charge);
  }
}
