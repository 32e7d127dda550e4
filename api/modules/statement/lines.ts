/** Lines of a statement: they follow from tariff and quantities, by the functions that the ledger charged by. */
import { lineAmountMicros, lineQuantityWh, type TariffLine } from '../../../schema/trade/charges.js';
import { ExactSum } from '../../exact-sum.js';
import { encodeNodeId } from '../../node-id.js';
import type { Row } from '../row.js';
import type { StatementLine } from './types.js';

interface Sum {
  readonly line: TariffLine;
  readonly wh: ExactSum;
  readonly micros: ExactSum;
}

/** A line of one version of a tariff, and the sum that it adds to. */
interface SummedLine {
  readonly line: TariffLine;
  readonly sum: Sum;
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
  const sums = new Map<string, Sum>();
  const summed = (line: TariffLine): SummedLine => {
    const key = [line.lineId, line.payee, line.basis, line.taxCode].join(' ');
    const sum = sums.get(key) ?? { line, wh: new ExactSum(), micros: new ExactSum() };
    sums.set(key, sum);
    return { line, sum };
  };
  const tariffs = new Map(
    versions.map((v) => [versionName(v.tariff, v.version), linesIn(v).map(summed)] as const),
  );
  for (const connection of connections) chargeIntervals(connection, tariffs);
  return [...sums.values()].map(({ line, wh, micros }) => ({
    lineId: line.lineId,
    basis: line.basis,
    payee: encodeNodeId('Account', lane, line.payee),
    taxCode: line.taxCode,
    quantityWh: String(wh.total),
    amountMicros: String(micros.total),
  }));
}

const versionName = (tariff: unknown, version: unknown): string => `${String(tariff)}.${String(version)}`;

/** The versions of tariffs that a connection's intervals cite, each once. */
export function versionsIn(connection: Row): { tariff: string; version: number }[] {
  const { tariffs, tariffVersions } = citedBy(connection);
  const cited = new Map<string, { tariff: string; version: number }>();
  for (let i = 0; i < tariffs.length; i++) {
    if (i > 0 && isCitedAsBefore(tariffs, tariffVersions, i)) continue;
    const [tariff, version] = [tariffs[i], tariffVersions[i]];
    cited.set(versionName(tariff, version), { tariff, version });
  }
  return [...cited.values()];
}

const citedBy = (connection: Row): { tariffs: string[]; tariffVersions: number[] } => ({
  tariffs: (connection.tariffs ?? []) as string[],
  tariffVersions: (connection.tariff_versions ?? []) as number[],
});
/** Whether an interval cites the version of the one before it, as most do: that one is at hand. */
const isCitedAsBefore = (tariffs: string[], versions: number[], i: number): boolean =>
  tariffs[i] === tariffs[i - 1] && versions[i] === versions[i - 1];

/** Charges each interval of a connection by the tariff version that it cites. */
function chargeIntervals(connection: Row, tariffs: ReadonlyMap<string, readonly SummedLine[]>): void {
  const column = (name: string): number[] => ((connection[name] ?? []) as string[]).map(Number);
  const { tariffs: cited, tariffVersions } = citedBy(connection);
  const [starts, imported, exported] = ['starts', 'imports', 'exports'].map(column);
  const [bought, sold] = ['boughts', 'solds'].map(column);
  const durationSeconds = connection.seconds as number;
  const sanctionedLoadW = Number(connection.load);
  let lines: readonly SummedLine[] | undefined;
  for (let i = 0; i < starts.length; i++) {
    if (i === 0 || !isCitedAsBefore(cited, tariffVersions, i)) {
      lines = tariffs.get(versionName(cited[i], tariffVersions[i]));
    }
    if (!lines) throw new Error('a position cites a tariff version that is not there');
    const energy = { importWh: imported[i], exportWh: exported[i], boughtWh: bought[i], soldWh: sold[i] };
    const interval = { start: starts[i], durationSeconds, sanctionedLoadW };
    for (const { line, sum } of lines) {
      const quantityWh = lineQuantityWh(line, energy);
      sum.wh.add(quantityWh);
      sum.micros.add(lineAmountMicros(line, quantityWh, interval));
    }
  }
}
