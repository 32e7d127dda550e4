/** Three queries to paste, with ids that exist. */
import { encodeNodeId } from '../node-id.js';
import type { Database } from '../readmodel/database.js';
import type { MarketReference, Stretch } from './day-figures.js';

export interface SampleQuery {
  readonly title: string;
  readonly query: string;
}

export async function sampleQueries(
  database: Database,
  market: MarketReference,
  stretch: Stretch,
): Promise<SampleQuery[]> {
  const iso = (at: number): string => new Date(at).toISOString();
  const first = await database.db
    .selectFrom('participant')
    .select('number')
    .where('lane', '=', market.lane)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  const busiest = await database.db
    .selectFrom('run')
    .select('start')
    .where('lane', '=', market.lane)
    .where('market', '=', market.number)
    .where('start', '>=', String(stretch.from))
    .where('start', '<', String(stretch.to))
    .orderBy('export_wh', 'desc')
    .orderBy('start')
    .limit(1)
    .executeTakeFirst();
  const participant = encodeNodeId('Participant', market.lane, first?.number ?? '1');
  const marketId = encodeNodeId('Market', market.lane, market.number);
  return [
    {
      title: 'a home’s statement, beside the retailer alone',
      query:
        `{ statement(participant: "${participant}", from: "${iso(stretch.from)}", to: "${iso(stretch.to)}") ` +
        '{ importWh exportWh billMicros retailOnlyMicros savingMicros lines { lineId quantityWh amountMicros } } }',
    },
    {
      title: 'the interval with the most sun, by stage',
      query:
        `{ interval(market: "${marketId}", start: "${iso(Number(busiest?.start ?? stretch.from))}") ` +
        '{ communityPrice totals { importWh exportWh contracted { quantityWh amountMicros } ' +
        'nominated { quantityWh amountMicros } community { quantityWh amountMicros } residualExport { quantityWh } } } }',
    },
    {
      title: 'who asks, and where the ledger stands',
      query: '{ viewer { organisation role } ledgerInfo { engine height readableHeight } }',
    },
  ];
}
