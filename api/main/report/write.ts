/** Gathers what the page shows and writes it. */
import type { Database } from '../../readmodel/database.js';
import type { CommunityFigures, Stretch } from '../day-figures.js';
import { localDate } from '../figures.js';
import { intervalFigures } from '../interval-figures.js';
import { writeOutput } from '../output-file.js';
import { reportPage } from './page.js';
import type { ReferencePrice } from './price-plot.js';

export interface ReportFacts {
  readonly ledgerHeight: number;
  readonly stateDigest: string;
}

export async function writeReport(
  path: string,
  database: Database,
  figures: CommunityFigures,
  stretch: Stretch,
  facts: ReportFacts,
): Promise<void> {
  const { market } = figures;
  const first = localDate(stretch.from, market.timeZone);
  const last = localDate(stretch.to - 1, market.timeZone);
  const page = reportPage({
    title: first === last ? `A community’s day: ${first}` : `A community’s days: ${first} to ${last}`,
    figures,
    intervals: await intervalFigures(database, market, stretch),
    references: await retailerPrices(database, figures, stretch.from),
    ...facts,
  });
  await writeOutput(path, page);
}

interface StoredLine {
  readonly basis: string;
  readonly rateMicros: string;
  readonly staysPayableOnTraded: boolean;
}

/** What the retailer takes for energy that a neighbour could sell instead, and gives for exports. */
async function retailerPrices(
  database: Database,
  { market }: CommunityFigures,
  at: number,
): Promise<ReferencePrice[]> {
  const row = await database.db
    .selectFrom('tariff_version as v')
    .innerJoin('membership as m', (j) => j.onRef('m.lane', '=', 'v.lane').onRef('m.tariff', '=', 'v.tariff'))
    .select('v.lines')
    .where('v.lane', '=', market.lane)
    .where('m.market', '=', market.number)
    .where('v.effective_from', '<=', String(at))
    .orderBy('v.effective_from', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return [];
  const lines = row.lines as readonly StoredLine[];
  const sum = (basis: string): number =>
    lines
      .filter((line) => line.basis === basis && !line.staysPayableOnTraded)
      .reduce((total, line) => total + Number(line.rateMicros), 0) / 1_000_000_000;
  return [
    { name: 'Retailer’s energy price', price: sum('IMPORT_WH'), colour: '#6b7685' },
    { name: 'Retailer’s feed-in', price: sum('EXPORT_WH'), colour: '#e69f00' },
  ];
}
